/** Types that the engine's modules share; read by the type checker and by people, never by a browser. */

declare namespace Net {
  /** A function of numbers. */
  type Fn<T = number> = (...values: number[]) => T;

  interface Tensor {
    shape: number[];
    data: Float32Array;
  }

  // ---- networks (graph.js builds them) ----

  type Activation = "none" | "silu" | "gelu" | "relu";

  /** Of a tensor, for every picture: its channels, a multiple of four, and its side. */
  interface Shape {
    channels: number;
    side: number;
  }

  /** Read from tensor `from`, each pixel repeated `up` times in both directions. */
  interface Input {
    from: number;
    up: number;
  }

  /** Of a layer, as PyTorch has them. */
  interface Layer {
    weight: Float32Array;
    bias: Float32Array;
  }

  /** A norm after training: one scale and one shift a channel. */
  interface Norm {
    scale: Float32Array;
    shift: Float32Array;
  }

  /**
   * out = film(act(k x k convolution(act(pre x)) + bias) * gain + skip + grid): what is absent is left out. The inputs
   * stand one behind the other. `film` scales and shifts every channel by numbers of the picture's row, before the
   * activation or, with `filmLast`, after it. `spread` s > 1 is a transposed convolution of size and stride s: `out` is
   * s times as wide, and the 1x1 convolution has a channel (row, column, channel) for each of its pixels.
   */
  interface Conv extends Layer {
    kind: "conv";
    inputs: Input[];
    out: number;
    cin: number;
    cout: number;
    k: number; // 1 or 3
    stride: number;
    spread: number;
    act: Activation;
    gain: number;
    pre?: Norm & { act: Activation };
    film?: number; // its place in a row
    filmLast?: boolean;
    grid?: number;
    skip?: { inputs: Input[]; cin: number } & Partial<Layer>; // without a weight: the input itself
  }

  /** Softmax attention; `from` has queries, keys and values, each (heads, dim). */
  interface Attention {
    kind: "attention";
    from: number;
    out: number;
    heads: number;
    dim: number;
  }

  interface Pool {
    kind: "pool";
    from: number;
    out: number;
    size: number;
    mode: "max" | "mean";
    act: Activation;
    grid?: number;
  }

  interface GroupNorm extends Norm {
    kind: "groupnorm";
    from: number;
    out: number;
    groups: number;
    act: Activation;
    film?: number;
  }

  type Op = Conv | Attention | Pool | GroupNorm;

  /** weight: (cin, cout) */
  interface Linear extends Layer {
    cin: number;
    cout: number;
  }

  /** What is asked for. */
  interface Asked {
    rows: number; // different contexts
    grids: Float32Array[]; // of each row: (rows, channels, side, side)
    embed(time: number): Float32Array; // (rows, features)
  }

  interface Graph {
    tensors: Shape[];
    ops: Op[];
    input: number;
    output: number;
    colours: [number, number]; // channels of what goes in and of what comes out
    features: number; // of a row
    film?: Linear; // makes the rows from the embedding; without it they are the embedding
    gridShapes: Shape[];
    names: number; // of the vocabulary
    ask(contexts: Float32Array[]): Asked;
  }

  // ---- backends ----

  interface Program {
    /** x: (B, colours, side, side), time: t / T, rowOf: the row in `asked` of every picture -> like x */
    evaluate(x: Float32Array, time: number, asked: Asked, rowOf: number[]): Promise<Float32Array>;
    destroy(): void;
  }

  interface Backend {
    name: string;
    compile(graph: Graph): Promise<Program>;
    close(): void;
    describe?(): Record<string, any>;
    device?: any;
  }

  /** What `openEngine` takes; `simd` is for tests. float16: where the adapter has it. */
  interface Options {
    backend?: "webgpu" | "plain";
    float16?: boolean;
    simd?: boolean;
  }

  /**
   * C = A B for blocks of 4 rows of A and panels of 8 columns of B. A row of A lies in `parts` pieces of `k` numbers, a
   * multiple of 4, each `jump` bytes behind the end of the last. All but the counts in bytes.
   */
  type Product = (
    a: number, lda: number, b: number, c: number, ldc: number, blocks: number, panels: number, k: number, parts: number, jump: number,
  ) => void;

  /** A compute shader, the names of its buffers in their order, and its workgroups for a batch of pictures. */
  interface Kernel {
    code: string;
    names: string[];
    groups: (batch: number) => [number, number];
  }

  /** Of a tensor's numbers. */
  type Type = "f32" | "f16";

  // ---- walks ----

  interface Schedule {
    alphaBar: Float64Array; // of the levels 0 to T
    alpha: Float64Array;
  }

  interface Past {
    x0: Float32Array;
    abar: number;
  }

  interface StepInputs {
    x: Float32Array;
    x0: Float32Array;
    eps: Float32Array;
    abarT: number;
    abarS: number;
    alpha: number;
    z: Float32Array | null; // null in the step to level 0
    eta: number;
    before: Past[]; // of the last levels before t, three at most, the latest first
  }

  interface Step {
    t: number;
    x: Float32Array;
    x0: Float32Array;
    eps: Float32Array | null; // null at level 0
  }

  /** eps in x at t / T */
  type Predict = (x: Float32Array, time: number) => Promise<Float32Array>;

  interface Network {
    graph: Graph;
    program: Program;
    schedule: Schedule;
    levels: number;
  }

  /** A network in the worker: the number of its names, its highest level. */
  interface Handle {
    id: number;
    names: number;
    levels: number;
  }

  /** What to draw: the settings of diffusion/engine/request.py under their own names, and what only the page knows. */
  interface Request {
    count?: number;
    seed?: number;
    sampler?: string;
    steps?: number;
    guidance?: number;
    youth?: number;
    youth_below?: number;
    eta?: number;
    fresh_noise?: boolean;
    contexts?: (Float32Array | Float32Array[] | null)[]; // of each network: (V,) for all sprites, or one for each; null asks for nothing
    labels?: string[];
    views?: ("x" | "x0" | "eps")[];
    begin?: { x0: Float32Array; level: number } | null; // a clean sprite, (3, 16, 16) in [-1, 1], and the level to begin from
    about?: Record<string, any>; // goes along with the first frame: recipe, words, names, network
  }

  /**
   * Why the engine cannot go on. A caller hands the walk to the server.
   * - "no-webgpu": this browser or machine has no WebGPU
   * - "lost": the device is gone, as when a driver restarts
   * - "bad-file": these are no weights of such a network
   * - "unsupported": a network or setting that only the server knows
   * - "failed": anything else
   */
  type Reason = "no-webgpu" | "lost" | "bad-file" | "unsupported" | "failed";
}
