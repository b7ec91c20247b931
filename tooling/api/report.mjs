// The public API of each package as a report in git (`packages/*/etc/*.api.md`), so that no change of it goes unseen.
// Writes the reports; with `--check` it only compares, and fails when one differs. Needs a build.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const isCheck = process.argv.includes('--check');
let isStale = false;
for (const name of readdirSync('packages')) {
  const folder = resolve('packages', name);
  if (!existsSync(`${folder}/package.json`)) continue;
  mkdirSync(`${folder}/etc`, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${folder}/package.json`,
    configObject: {
      projectFolder: folder,
      newlineKind: 'lf',
      mainEntryPointFilePath: `${folder}/dist/index.d.ts`,
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
          files: [`${folder}/dist/index.d.ts`],
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: `${folder}/etc`,
        reportTempFolder: `${folder}/dist/api`,
        reportFileName: `${name}.api.md`,
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
  if (!apiReportChanged) continue;
  isStale = true;
  console.log(`${isCheck ? 'differs' : 'written'}: packages/${name}/etc/${name}.api.md`);
}
if (isCheck && isStale) {
  console.error(
    'the public API is not what the reports say: run pnpm build and pnpm run api, and look at the difference',
  );
  process.exit(1);
}
