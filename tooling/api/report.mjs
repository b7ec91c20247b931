// The public API of each package as a report in git (`packages/*/etc/*.api.md`), so that no change of it goes unseen.
// Writes the reports; with `--check` it only compares, and fails when one differs. Needs a build.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const isCheck = process.argv.includes('--check');
let isStale = false;
for (const name of readdirSync('packages')) {
  const folder = resolve('packages', name);
  if (!existsSync(`${folder}/package.json`)) continue;
  mkdirSync(`${folder}/etc`, { recursive: true });
  const { exports: entries } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  for (const [path, { types }] of Object.entries(entries)) {
    if (types?.startsWith('./dist/'))
      report(name, folder, resolve(folder, types), [name, ...path.split('/').slice(1)].join('.'));
  }
}

/**
 * One entry point of a package: `.` makes `name.api.md`, `./part` makes `name.part.api.md`.
 *
 * @param {string} name
 * @param {string} folder
 * @param {string} entry
 * @param {string} title
 */
function report(name, folder, entry, title) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${folder}/package.json`,
    configObject: {
      projectFolder: folder,
      newlineKind: 'lf',
      mainEntryPointFilePath: entry,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            module: 'nodenext',
            moduleResolution: 'nodenext',
            lib: ['es2022', 'esnext.disposable'],
            types: name === 'node' ? ['node'] : [],
            strict: true,
            skipLibCheck: true,
            allowImportingTsExtensions: true,
            noEmit: true,
          },
          files: [entry],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: `${folder}/etc`,
        reportTempFolder: `${folder}/dist/api`,
        reportFileName: `${title}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: !isCheck,
    messageCallback: message => {
      message.handled = true;
    },
  });
  if (!apiReportChanged) return;
  isStale = true;
  console.log(`${isCheck ? 'differs' : 'written'}: packages/${name}/etc/${title}.api.md`);
}
if (isCheck && isStale) {
  console.error(
    'the public API is not what the reports say: run pnpm build and pnpm run api, and look at the difference',
  );
  process.exit(1);
}
