// What is in a QR code of a race: the text of a race.toml, alone or behind the app's address.

export const MARK = "#race=";
export const LONGEST = 8000; // a code holds 2953 letters at most, a link may come with more
export const MOST_BYTES = 1200; // up to here its squares are large enough on a phone's screen

const RAW = { "%20": "+", "%3D": "=", "%3A": ":", "%2C": ",", "%2F": "/" };

// The link that opens the app at `address` with this race: still legible.
export function linkOf(address, text) {
  const coded = encodeURIComponent(text).replace(/%(20|3D|3A|2C|2F)/g, (each) => RAW[each]);
  return `${address.split("#")[0]}${MARK}${coded}`;
}

// The race.toml in a code or link; null where it cannot be one.
export function textOf(code) {
  if (code.length > LONGEST) return null;
  if (!/^https?:/i.test(code)) return code;
  const [, coded] = code.split(MARK);
  if (!coded) return null;
  try {
    return decodeURIComponent(coded.replaceAll("+", " "));
  } catch {
    return null;
  }
}

export const fits = (text) => new TextEncoder().encode(text).byteLength <= MOST_BYTES;
