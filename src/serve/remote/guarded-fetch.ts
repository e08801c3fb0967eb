import { faultOfStatus, type Place } from "./faults.js";
import { retryAfter } from "./retry-after.js";

/** How much of an error's text is read. */
const mostErrorBytes = 16_384;
/** Milliseconds until the rest of it is not waited for. */
const longestErrorWait = 2_000;

/**
 * A `fetch` for the clients that sends the key, which they never get to see, in place of whatever they would send, and
 * that throws RemoteFault for every answer which is no success, for a content type other than these, and in the middle
 * of an answer that grows beyond `maxBytes`. So all clients fail in the same way, and no answer can fill the memory.
 */
export function guardedFetch(
  place: Place,
  { maxBytes, contentTypes }: { readonly maxBytes: number; readonly contentTypes: readonly string[] },
): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.delete("authorization");
    if (place.key !== null) headers.set("authorization", `Bearer ${place.key.reveal()}`);
    const response = await fetch(input, { ...init, headers, redirect: "manual" });
    if (!response.ok) {
      throw faultOfStatus(place, {
        status: response.status,
        retryAfter: retryAfter(response.headers, Date.now()),
        location: response.headers.get("location"),
        body: await beginning(response, place),
      });
    }
    const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "nothing";
    if (!contentTypes.includes(type)) {
      await response.body?.cancel();
      const expected = contentTypes.join(" or ");
      throw place.fault(
        `answers with ${place.quote(type, 80)} where ${expected} should come: is this the address of its API?`,
        { retryable: false },
      );
    }
    return limited(response, place, maxBytes);
  };
}

/** What has come of an error's text when there is enough of it, or when no more comes: its status counts all the same. */
async function beginning(response: Response, place: Place): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => {});
  }, longestErrorWait);
  let isWhole = false;
  try {
    while (!isWhole && !isLate && text.length <= mostErrorBytes) {
      const { done, value } = await reader.read();
      if (done) isWhole = !isLate;
      else text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The connection broke, or the request was ended: whoever ended it says so.
  } finally {
    clearTimeout(timer);
    void reader.cancel().catch(() => {});
  }
  return isWhole ? text : place.withoutPartOfKey(text);
}

/** By hand: a TransformStream takes more than twice as long. */
function limited(response: Response, place: Place, maxBytes: number): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) return response;
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        bytes += value.byteLength;
        if (bytes <= maxBytes) return controller.enqueue(value);
        const fault = place.fault(`sent an answer of more than ${maxBytes} bytes`, { retryable: false });
        await reader.cancel(fault);
        throw fault;
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, response);
}
