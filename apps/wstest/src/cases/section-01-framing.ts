import { answer, binary, exactly, scripted, testerCloses, text, write, writePieces } from './script.ts';
import type { ExchangeCase } from './test-case.ts';

const SIZES = [0, 125, 126, 127, 128, 65535, 65536, 65536];
const ECHO = 'The same message comes back; the connection closes cleanly with 1000.';

/** 1.*: text and binary messages around the borders of the three length forms (RFC 6455, 5.2). */
export const framingCases: readonly ExchangeCase[] = (['text', 'binary'] as const).flatMap((type, group) =>
  SIZES.map((size, index) => {
    const isInPieces = index === 7;
    const payload = Buffer.alloc(size, type === 'text' ? '*' : 0xfe);
    const message = type === 'text' ? text(payload) : binary(payload);
    return scripted({
      id: `1.${group + 1}.${index + 1}`,
      description: `One ${type} frame of ${size} bytes${isInPieces ? ', written in pieces of 997 bytes' : ''}.`,
      expectation: ECHO,
      steps: [isInPieces ? writePieces(997, message) : write(message)],
      outcomes: exactly(answer(type, payload)),
      close: testerCloses,
    });
  }),
);
