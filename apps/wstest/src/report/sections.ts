const TITLES: Readonly<Record<string, string>> = {
  1: 'Framing',
  2: 'Pings and Pongs',
  3: 'Reserved bits',
  4: 'Reserved opcodes',
  5: 'Fragmentation',
  6: 'UTF-8',
  7: 'Closing handshake',
  9: 'Volume',
  10: 'Fragments of the tester',
  12: 'permessage-deflate: data',
  13: 'permessage-deflate: parameters',
  20: 'Opening handshake: requests',
  21: 'Opening handshake: responses',
  22: 'Hostile frames',
  23: 'Hostile compression',
  24: 'permessage-bzip2',
  25: 'WebSocket over HTTP/2',
  26: 'Resources',
};

/** What a section of cases is about. */
export function sectionTitle(section: string): string {
  return TITLES[section] ?? 'Other';
}
