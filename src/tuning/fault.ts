import { FormatError, InputError } from "../core/errors.js";

/** An error that another thread is to throw: classes do not survive the way. */
export type Fault =
  | { readonly kind: "format"; readonly file: string; readonly line: number; readonly reason: string }
  | { readonly kind: "input" | "other"; readonly message: string };

export function faultOf(error: unknown): Fault {
  if (error instanceof FormatError) {
    const { file, line, reason } = error;
    return { kind: "format", file, line, reason };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof InputError ? "input" : "other", message };
}

export function errorOf(fault: Fault): Error {
  switch (fault.kind) {
    case "format":
      return new FormatError(fault.file, fault.line, fault.reason);
    case "input":
      return new InputError(fault.message);
    case "other":
      return new Error(fault.message);
  }
}
