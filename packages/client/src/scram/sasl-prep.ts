// RFC 3454: tables C.1.2 (mapped to a space), B.1 (mapped to nothing), and C.2 to C.9 (prohibited).
const SPACES = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu;
const NOTHING = /[\u034F\uFE00-\uFE0F\u180B-\u180D\u00AD\u1806\u200C-\u200D\u2060\uFEFF]/gu;
const PROHIBITED =
  /[\u0340\u0341\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\u06DD\u070F\u180E\u200E\u200F\u2028-\u202E\u2061-\u2063\u206A-\u206F\u2FF0-\u2FFB\uFFF9-\uFFFD\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/u;

/**
 * Prepares a user name or password, so that the same text typed in two ways gives the same bytes: RFC 4013, without the
 * rule on bidirectional text. Throws for characters that are prohibited.
 */
export function saslPrep(text: string): string {
  const mapped = text.replace(SPACES, ' ').replace(NOTHING, '');
  const prepared = mapped.normalize('NFKC');
  // Two of them are gone after normalization.
  if (PROHIBITED.test(mapped) || PROHIBITED.test(prepared))
    throw new Error('User name or password has a character that SCRAM prohibits.');
  return prepared;
}
