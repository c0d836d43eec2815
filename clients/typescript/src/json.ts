/** JSON without rounded numbers: JavaScript rounds an integer above 2^53 - 1 and tells nobody. */

/** A string, which may contain digits, or a number. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON.
 * @throws RangeError A number is above 2^53 - 1.
 * @throws SyntaxError The text is not JSON.
 */
export function parse(text: string): unknown {
  const value: unknown = JSON.parse(text);
  for (const [token] of text.matchAll(STRING_OR_NUMBER)) {
    if (!token.startsWith('"')) {
      requireExact(Number(token), token);
    }
  }
  return value;
}

/**
 * Writes JSON; a property that is `undefined` is left out.
 * @throws RangeError A number is above 2^53 - 1, or is none, such as NaN.
 */
export function stringify(value: object): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    return exact(member);
  });
}

/**
 * Returns the value itself.
 * @throws RangeError It is a number above 2^53 - 1, or none, such as NaN.
 */
export function exact<T>(value: T): T {
  if (typeof value === "number") {
    requireExact(value, String(value));
  }
  return value;
}

function requireExact(value: number, shown: string): void {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`JavaScript has no exact number for ${shown}`);
  }
}
