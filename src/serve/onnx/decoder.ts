import * as ort from "onnxruntime-node";
import { ModelError } from "../../core/errors.js";
import { KeyValuePool } from "./key-value-pool.js";
import type { ModelManifest } from "./manifest.js";
import type { PositionRule, Progress } from "./positions.js";

/** A generated token in the tree of all hypotheses. */
export interface TokenNode {
  readonly token: number;
  readonly parent: TokenNode | null;
  /** Log-probability of this token given its parents. */
  readonly logprob: number;
  /** Position of this token for the decoder, and where the sequence stands behind it. */
  readonly position: number;
  readonly progress: Progress;
  /** Entry of the pool with its keys and values; -1 until the token was run. */
  slot: number;
}

/** The best next tokens behind one node, best first. */
export interface NextTokens {
  readonly tokens: BigInt64Array;
  readonly logprobs: Float32Array;
}

export type Memory = Readonly<Record<string, ort.Tensor>>;

/**
 * One decoding: the decoder graph over one prompt's memory, with one pool of keys and values for the whole tree of
 * tokens. Each run takes any set of nodes whose parents were run before.
 */
export class Decoding {
  private readonly pool: KeyValuePool;

  constructor(
    private readonly session: ort.InferenceSession,
    private readonly manifest: ModelManifest,
    private readonly memory: Memory,
    private readonly rule: PositionRule,
  ) {
    const { layers, heads, headSize } = manifest.cache;
    this.pool = new KeyValuePool(layers, heads, headSize);
  }

  root(sourceStart: number): TokenNode {
    const progress = this.rule.start(sourceStart);
    const token = this.manifest.output.start;
    return { token, parent: null, logprob: 0, position: progress.position, progress, slot: -1 };
  }

  child(parent: TokenNode, token: number, logprob: number): TokenNode {
    const progress = this.rule.after(parent.progress, token);
    return { token, parent, logprob, position: progress.position, progress, slot: -1 };
  }

  /** Runs nodes that were not run yet and returns what may follow each. */
  async run(nodes: readonly TokenNode[]): Promise<NextTokens[]> {
    const outputs = await runGraph(this.session, "decoder", this.feeds(nodes));
    const fresh: Float32Array[] = [];
    for (let layer = 0; layer < this.manifest.cache.layers; layer++) {
      fresh.push(floats(outputs, `key.${layer}`), floats(outputs, `value.${layer}`));
    }
    const first = this.pool.append(fresh, nodes.length);
    for (const [i, node] of nodes.entries()) node.slot = first + i;
    const width = this.manifest.output.topTokens;
    const tokens = integers(outputs, "top_tokens");
    const logprobs = floats(outputs, "top_logprobs");
    return nodes.map((_, i) => ({
      tokens: tokens.subarray(i * width, (i + 1) * width),
      logprobs: logprobs.subarray(i * width, (i + 1) * width),
    }));
  }

  private feeds(nodes: readonly TokenNode[]): Record<string, ort.Tensor> {
    const count = nodes.length;
    const feeds: Record<string, ort.Tensor> = { ...this.memory };
    const row = (values: readonly number[]) =>
      new ort.Tensor(
        "int64",
        BigInt64Array.from(values, (value) => BigInt(value)),
        [1, count],
      );
    feeds.tokens = row(nodes.map(({ token }) => token));
    feeds.positions = row(nodes.map(({ position }) => position));
    feeds.self_mask = new ort.Tensor("bool", this.visibility(nodes), [1, count, this.pool.capacity + count]);
    for (let layer = 0; layer < this.manifest.cache.layers; layer++) {
      for (const [kind, offset] of [
        ["key", 0],
        ["value", 1],
      ] as const) {
        const data = this.pool.tensors[2 * layer + offset];
        if (data === undefined) throw new RangeError(`layer ${layer} has no pool`);
        feeds[`past_${kind}.${layer}`] = new ort.Tensor("float32", data, this.pool.dims);
      }
    }
    return feeds;
  }

  /** A token sees its ancestors and itself, nothing else: not the other hypotheses, not unfilled entries. */
  private visibility(nodes: readonly TokenNode[]): Uint8Array {
    const width = this.pool.capacity + nodes.length;
    const mask = new Uint8Array(nodes.length * width);
    for (const [i, node] of nodes.entries()) {
      mask[i * width + this.pool.capacity + i] = 1;
      for (let parent = node.parent; parent !== null; parent = parent.parent)
        mask[i * width + parent.slot] = 1;
    }
    return mask;
  }
}

/** Runs a graph. What the run-time throws, in words of its own, is the model's fault: a ModelError. */
export async function runGraph(
  session: ort.InferenceSession,
  role: "encoder" | "decoder",
  feeds: Record<string, ort.Tensor>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(`the ${role} graph failed, or is not what gner.json says: ${reason}`, { cause });
  }
}

function floats(outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new ModelError(`the decoder graph has no float output ${name}`);
}

function integers(outputs: ort.InferenceSession.OnnxValueMapType, name: string): BigInt64Array {
  const data = outputs[name]?.data;
  if (data instanceof BigInt64Array) return data;
  throw new ModelError(`the decoder graph has no int64 output ${name}`);
}
