// A plugin of typedoc: entry points are called what they are imported as.
import { Converter } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    const [, name, entry] = /^(\w+)\/src(?:\/(\w+))?$/.exec(reflection.name) ?? [];
    if (name !== undefined) reflection.name = `@ws/${name}${entry === undefined ? '' : `/${entry}`}`;
  });
}
