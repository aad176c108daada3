/** The tables of diffusion/data/browser_words.py, and what the modules here make of a prompt. */

declare namespace Prompts {
  type Language = "en" | "zh";

  /** One or more of the four; `names` are of the vocabulary, and the first is meant unless its colour fits another one. */
  interface Meaning {
    names: string[];
    colour: string;
    material: string;
    role: string;
  }

  type Meanings = [Partial<Meaning>, string[]][]; // each with the texts that have it

  interface Tables {
    kinds: string[];
    colours: string[];
    materials: string[];
    builtin_colours: string[]; // "red hair": names of the built-in vocabulary, behind kinds and shapes
    metal_names: Record<string, string>;
    meanings: [Meanings, Meanings]; // before and after the names of the vocabulary
    irregular: Record<string, string>;
    shown: Record<Language, Record<string, string>>;
    clothes: Record<string, string[]>;
    worn_forms: Record<string, string[]>;
    same_colours: Record<string, string[]>;
    character: { kinds: string[]; materials: string[]; sheets: string[] };
    sword_and_shield: string;
    max_prompt: number;
    max_digits: number;
    longest_completed: number;
    nearest: { max_name: number; alike: number };
    colour_sets: string[][];
    shapes: Record<string, [shape: string, slots: [material: string, colours: number, isLarge: boolean][], overlays: string[]]>;
    drawing: Drawing;
    limits: { named: number; notes: number; near: number; names: number; suggestions: number; kinds: number; value: number };
    separators: Record<Language, string>;
    messages: Record<Language, Record<string, string>>; // of a PromptError, by its reason
  }

  /** A part: its name, its slots (places in `slots`), the overlays that can lie over it, whether it takes a pattern. */
  type Part = [name: string, slots: number[], overlays: string[], takesPattern: boolean];

  interface Drawing {
    edition: number;
    tries: number;
    kind_edges: number[];
    sheets: Record<string, Part[]>;
    slots: [slot: string, name: string, material: string][]; // as written, in a feature, as people call it
    palette: Record<string, string[]>;
    colour_names: Record<string, string>;
    plain_colours: string[];
    pattern: string;
    pattern_colours: string[];
    pattern_share: number;
    overlays: string[];
    overlay_shares: Record<string, number>;
    layer_order: string[];
    body: [string, number][];
    one_part: Record<string, string>;
    metals: string[];
    material_names: Record<string, string>;
    own_colours: string[];
  }

  /** What is known of a shape: where it is drawn from and which colours it can have. */
  interface Facts {
    shape: string; // "hats/crown"
    sheet: string; // "hats"
    slots: { material: string; colours: string[]; isLarge: boolean }[]; // the largest first
    overlays: string[];
  }

  /** Names with their weights, 0 to 1, in the order of the text. */
  type Words = Map<string, number>;

  /** What was understood of a text, and what was not. */
  interface Prompt {
    words: Words;
    unknown: string[]; // as typed
    choices: { typed: string; names: string[] }[]; // the first was taken, the others fit too
    impossible: { typed: string; shape: string; colours: string[] }[]; // a colour that a shape cannot have, and those that it can
  }

  interface Noun {
    meaning: Meaning;
    typed: string;
    colours: { typed: string; colour: string }[];
    weight: number;
    group: number; // nouns between two commas have one number
    isAttached: boolean; // it follows "with", "holding", 戴 …
    names: string[]; // once they are chosen
  }

  /** The settings of diffusion/engine/request.py that say what is asked for. */
  interface Request {
    count: number;
    seed: number;
    guidance: number;
    kinds: number[];
    prompt: string;
    surprise: boolean;
  }
}
