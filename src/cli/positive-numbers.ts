import { excerpt, InputError } from "../core/errors.js";

/** Reads the value of a flag that takes whole numbers from 1. Throws InputError for anything else. */
export function positiveInteger(flag: string) {
  return (value: string): number => {
    if (!/^[1-9]\d{0,8}$/.test(value)) {
      throw new InputError(`${flag} ${excerpt(value)}: expected a whole number from 1`);
    }
    return Number(value);
  };
}

/** Reads the value of a flag that takes numbers above 0. Throws InputError for anything else. */
export function positiveNumber(flag: string) {
  return (value: string): number => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
    if (number <= 0) throw new InputError(`${flag} ${excerpt(value)}: expected a number above 0`);
    return number;
  };
}
