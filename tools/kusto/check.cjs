// Reads {"tables": {name: "column: type, ..."}, "queries": {name: text}} from standard input, and writes as JSON what
// Microsoft's parser finds wrong in each query: syntax, unknown tables, columns and functions, types that don't fit.
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const folder = path.dirname(require.resolve("@kusto/language-service-next/package.json"));
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  // Made for browsers: the two share their global names.
  vm.runInThisContext(fs.readFileSync(path.join(folder, file), "utf8"), { filename: file });
}
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;

const { tables, queries } = JSON.parse(fs.readFileSync(0, "utf8"));
const symbols = Object.entries(tables).map(([name, columns]) => Symbols.TableSymbol.From(`(${columns})`).WithName(name));
const state = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", symbols));

const found = {};
for (const [name, query] of Object.entries(queries)) {
  const diagnostics = KustoCode.ParseAndAnalyze(query, state).GetDiagnostics();
  found[name] = Array.from({ length: diagnostics.Count }, (_, number) => diagnostics.getItem(number).Message);
}
process.stdout.write(JSON.stringify(found));
