// The whole signed act as an address: whoever opens it brings the act in.

import { fromText, toText, utf8 } from "./bytes.mjs";

export async function carriedAddress({ text, sig }) {
  const squeezing = new Blob([utf8(text)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const squeezed = new Uint8Array(await new Response(squeezing).arrayBuffer());
  return `${location.origin}/public/a/${toText(new Uint8Array([...fromText(sig), ...squeezed]))}/`;
}
