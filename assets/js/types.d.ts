/** Types that the modules share; read by the type checker and by people, never by a browser. */

/** What a gr.HTML of Gradio 6 gives its `js_on_load`, and what arrived before the module did (diffusion/ui/parts/scripts.py). */
export interface Host {
  element: HTMLElement & Record<string, any>;
  props: Record<string, any>;
  /** Calls back after Python has changed a property. */
  watch(name: string, callback: () => void): void;
  trigger(event: string, data?: unknown): void;
  /** Python's `server_functions`, by name. */
  server: Record<string, (question: any) => Promise<any>>;
  upload(file: File): Promise<{ path: string; url: string }>;
  /** The values of the component until its module is mounted, oldest first. */
  early: any[];
}

/** The words of a page, as diffusion/ui/words/ has them. */
export type Strings = Record<string, any>;

/** Sprites of 16 x 16 in rows, at native size: RGB bytes from Python, or a picture of the reel. */
export type Sheet = Uint8Array | ImageBitmap;

/** What one checkpoint has at one step: noisy sprites x, predicted sprites x0, predicted noise eps. */
export interface Panel {
  label: string;
  x?: Sheet;
  x0?: Sheet;
  eps?: Sheet;
}

export type View = "x" | "x0" | "eps";

/** One step of the sampling loop, as diffusion/ui/parts/player.py sends it. */
export interface Frame {
  run: string;
  seq: number;
  step: number;
  total: number;
  t: number;
  T: number;
  left: number; // seconds until the last frame
  count: number;
  columns: number;
  rows: number;
  panels: Panel[];
  caption?: string; // instead of the noise level
  per_second?: number;
  recipe?: Record<string, any>; // of the first frame: the request that makes these sprites again
  order?: number[]; // which sprites of the sheets are shown, and in which order, where it is not the first `count`
  words?: string[]; // of the first frame: what each sprite was asked for, where they differ
  network?: Network; // of the first frame: what draws it
  names?: string[]; // of the first frame: what each sprite's file is called after, in English
  ended?: boolean; // no frame: the run was stopped
}

/** One part of a network; shapes are channels, height, width. See diffusion/core/stages.py. */
export interface Stage {
  name: string;
  kind: string;
  takes: [number, number, number];
  gives: [number, number, number];
  joins: string;
  time: boolean;
  context: boolean;
}

/** A network to be drawn, and its noise schedule: abar by level. See diffusion/ui/parts/machine.py. */
export interface Network {
  network: string;
  stages: Stage[];
  time: [number, number][];
  context: [number, number][];
  parameters: number;
  abar: number[];
}

/** Where sprites stand on a canvas. In sprite pixels, but for `scale`: screen pixels a sprite pixel, and `foot`. */
export interface Grid {
  columns: number;
  rows: number;
  across: number;
  down: number;
  scale: number;
  foot: number; // screen pixels below every row, for words
}

/** What a tab paints of a frame; see watch.js and compare.js. */
export interface Painter {
  paint(frame: Frame): void;
  /** The first frame of a run has come. */
  begin(frame: Frame): void;
  panelShown(frame: Frame): number;
  /** What is on the canvas, for a screen reader, where it is not simply a frame. */
  nameCanvas?(frame: Frame): string | null;
  /** All frames of a run have come. */
  keep?(frames: Frame[]): void;
  /** The reel's second part has come: one frame an epoch of training. */
  takeLearning?(frames: Frame[]): void;
  /** What only this painter knows of an address, and the way back. */
  place?(): Record<string, string>;
  restore?(query: URLSearchParams): void;
}

/** What the lesson shows; see lesson_state.js. */
export interface LessonState {
  step: string;
  at: number;
  view: "x" | "x0";
  sprite: number;
  t: number;
  seed: number; // of the noise in one sprite
  fresh_seed: number;
  blend_seed: number;
  model: number;
  asked: number;
  n: number;
  moment: number;
  leave: number;
  epoch: number;
  blend: number; // of the second wish, in per cent
  from: string; // the two wishes; empty: as the page begins
  to: string;
  first: number;
  mistake: number;
  [knob: string]: string | number;
}

/** Sprites on their way from noise, as the lesson gets them. */
export interface Walk {
  t: number[];
  sheets: CanvasImageSource[];
  columns: number;
  prompt?: string; // of a blend of two wishes: what asks for the same in the Watch tab
}
