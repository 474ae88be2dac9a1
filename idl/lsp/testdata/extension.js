// Runs the VS Code extension's client without VS Code: what the client uses of it is stood in for.
"use strict";

const { Client } = require("../../../editors/vscode/client.js");

const providers = {};
const events = {};
let report;
const text = "typedef long T;\ntypedef   T U\n";
const plain = (line, character) => ({ line, character });
const uri = { toString: () => "file:///nowhere/a.idl", fsPath: "/nowhere/a.idl" };
const doc = { languageId: "idl", uri, version: 1, getText: () => text };
const nothing = { dispose() {} };
const vscode = {
  Range: class { constructor(a, b, c, d) { this.start = plain(a, b); this.end = plain(c, d); } },
  Location: class { constructor(u, range) { this.uri = u; this.range = range; } },
  Uri: { parse: (s) => s },
  Hover: class { constructor(contents) { this.contents = contents; } },
  MarkdownString: class { constructor(value) { this.value = value; } },
  Diagnostic: class { constructor(range, message) { this.message = message; } },
  DiagnosticRelatedInformation: class {},
  CompletionItem: class { constructor(label) { this.label = label; } },
  CompletionList: class { constructor(items) { this.items = items; } },
  TextEdit: class {},
  SemanticTokensLegend: class {},
  CodeActionKind: { QuickFix: "quickfix" },
  languages: new Proxy({}, {
    get: (_, name) => {
      if (name === "createDiagnosticCollection") return () => ({ set: (u, list) => report && report(list), dispose() {} });
      return (...args) => {
        providers[name] = args.find((a) => a && typeof a === "object" && !Array.isArray(a));
        return nothing;
      };
    },
  }),
  workspace: {
    textDocuments: [doc],
    createFileSystemWatcher: () => ({ ...nothing, onDidCreate: () => nothing, onDidChange: () => nothing, onDidDelete: () => nothing }),
    onDidOpenTextDocument: () => nothing,
    onDidCloseTextDocument: () => nothing,
    onDidSaveTextDocument: () => nothing,
    onDidChangeTextDocument: (f) => { events.change = f; return nothing; },
  },
};

(async () => {
  const client = new Client(vscode, process.argv[2], [], {});
  const first = new Promise((resolve) => { report = resolve; });
  await client.start();
  console.log("started");
  const list = await first;
  console.log(`${list.length} diagnostics: ${list[0].message.includes("semicolon") ? "semicolon" : list[0].message}`);
  const hover = await providers.registerHoverProvider.provideHover(doc, plain(1, 10));
  console.log("hover: " + hover.contents.value.split("\n")[1]);
  const [at] = await providers.registerDefinitionProvider.provideDefinition(doc, plain(1, 10));
  console.log(`definition: ${at.range.start.line}:${at.range.start.character}`);
  events.change({ document: { ...doc, version: 2 }, contentChanges: [{ range: new vscode.Range(1, 13, 1, 13), text: ";" }] });
  const words = await providers.registerCompletionItemProvider.provideCompletionItems(doc, plain(1, 11));
  console.log("completion: " + words.items.map((i) => i.label).find((l) => l === "T"));
  const edits = await providers.registerDocumentFormattingEditProvider.provideDocumentFormattingEdits(doc, {});
  console.log(`formatted: ${edits.length} edits`);
  await client.stop();
  console.log("stopped");
})().catch((e) => {
  console.log(e);
  process.exit(1);
});
