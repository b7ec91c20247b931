/** Texts of the groups 6.5 to 6.23, in hex: group, what they are, and one text per case. Whether one is UTF-8 the tester works out. */
export const UTF8_TABLE: readonly (readonly [group: number, title: string, texts: string])[] = [
  [
    5,
    'a plain valid sequence',
    '68656c6c6f24776f726c64 68656c6c6fc2a2776f726c64 68656c6c6fe282ac776f726c64 68656c6c6ff0a4ada2776f726c64 cebae1bdb9cf83cebcceb5',
  ],
  [
    6,
    'a prefix of a valid text',
    'ce ceba cebae1 cebae1bd cebae1bdb9 cebae1bdb9cf cebae1bdb9cf83 cebae1bdb9cf83ce cebae1bdb9cf83cebc cebae1bdb9cf83cebcce cebae1bdb9cf83cebcceb5',
  ],
  [7, 'the lowest code point of its length', '00 c280 e0a080 f0908080'],
  [8, 'a form of five or six bytes, never legal', 'f888808080 fc8480808080'],
  [9, 'the highest code point of its length', '7f dfbf efbfbf f48fbfbf'],
  [10, 'a form beyond U+10FFFF', 'f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf'],
  [11, 'a code point at the border of a range', 'ed9fbf ee8080 efbfbd f48fbfbf f4908080'],
  [
    12,
    'continuation bytes without a first byte',
    '80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf',
  ],
  [
    13,
    'first bytes without a continuation',
    'c020c120c220c320c420c520c620c720c820c920ca20cb20cc20cd20ce20cf20d020d120d220d320d420d520d620d720d820d920da20db20dc20dd20de20df20 e020e120e220e320e420e520e620e720e820e920ea20eb20ec20ed20ee20 f020f120f220f320f420f520f620 f820f920fa20 fc20',
  ],
  [14, 'a sequence without its last byte', 'c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf'],
  [15, 'ten cut sequences in a row', 'c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf'],
  [16, 'bytes that never occur in UTF-8', 'fe ff fefeffff'],
  [17, 'an overlong slash', 'c0af e080af f08080af f8808080af fc80808080af'],
  [18, 'the largest overlong form of its length', 'c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf'],
  [19, 'an overlong NUL', 'c080 e08080 f0808080 f880808080 fc8080808080'],
  [20, 'a lone surrogate', 'eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf'],
  [
    21,
    'a surrogate pair as two sequences of three bytes',
    'eda080edb080 eda080edbfbf edadbfedb080 edadbfedbfbf edae80edb080 edae80edbfbf edafbfedb080 edafbfedbfbf',
  ],
  [
    22,
    'a noncharacter, which is legal',
    'efbfbe efbfbf f09fbfbe f09fbfbf f0afbfbe f0afbfbf f0bfbfbe f0bfbfbf f18fbfbe f18fbfbf f19fbfbe f19fbfbf f1afbfbe f1afbfbf f1bfbfbe f1bfbfbf f28fbfbe f28fbfbf f29fbfbe f29fbfbf f2afbfbe f2afbfbf f2bfbfbe f2bfbfbf f38fbfbe f38fbfbf f39fbfbe f39fbfbf f3afbfbe f3afbfbf f3bfbfbe f3bfbfbf f48fbfbe f48fbfbf',
  ],
  [23, 'a code point of the Specials block', 'efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf'],
];
