// Prints what an editor shows for the names in a program: the documentation of TypeScript's language service.
// Arguments: the path of the module typescript, the program. The names are those after each `/*hover*/`.
const { readFileSync } = require("node:fs");
const [modulePath, program] = process.argv.slice(2);
const ts = require(modulePath);

const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, types: [] };
const service = ts.createLanguageService({
  getScriptFileNames: () => [program],
  getScriptVersion: () => "1",
  getScriptSnapshot: (file) => (ts.sys.fileExists(file) ? ts.ScriptSnapshot.fromString(ts.sys.readFile(file)) : undefined),
  getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
  getCompilationSettings: () => options,
  getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  fileExists: ts.sys.fileExists,
  readFile: ts.sys.readFile,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});
const errors = service.getSemanticDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
if (errors.length > 0) {
  throw new Error(errors.join("\n"));
}
const text = readFileSync(program, "utf8");
const shown = Array.from(text.matchAll(/\/\*hover\*\//g), ({ index }) => {
  const info = service.getQuickInfoAtPosition(program, index + "/*hover*/".length);
  return [ts.displayPartsToString(info?.documentation), ...(info?.tags ?? []).map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`)].join("\n");
});
console.log(JSON.stringify(shown));
