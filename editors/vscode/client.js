// A small client of the Language Server Protocol: it turns what VS Code asks its providers into
// requests, and the answers back into what VS Code wants.
"use strict";

const { spawn } = require("child_process");

const selector = [{ language: "idl", scheme: "file" }, { language: "idl", scheme: "untitled" }];

// plain is a range as the protocol writes it; VS Code's own writes itself as a list.
const plain = (r) => ({ start: { line: r.start.line, character: r.start.character }, end: { line: r.end.line, character: r.end.character } });

class Client {
  constructor(vscode, command, args, options) {
    Object.assign(this, { vscode, command, args, options });
    this.nextId = 1;
    this.waiting = new Map();
    this.buffer = Buffer.alloc(0);
    this.disposables = [];
  }

  async start() {
    const { vscode } = this;
    const folders = (vscode.workspace.workspaceFolders || []).map((f) => ({ uri: f.uri.toString(), name: f.name }));
    this.process = spawn(this.command, this.args, { stdio: ["pipe", "pipe", "ignore"], cwd: folders.length ? vscode.workspace.workspaceFolders[0].uri.fsPath : undefined });
    this.process.stdout.on("data", (b) => this.receive(b));
    this.process.stdin.on("error", () => {}); // the end of the process says it
    this.process.on("exit", () => this.ended(new Error("it ended")));
    await new Promise((resolve, reject) => {
      this.process.once("spawn", resolve);
      this.process.once("error", reject);
    });
    const { capabilities } = await this.request("initialize", {
      processId: process.pid,
      rootUri: folders.length ? folders[0].uri : null,
      workspaceFolders: folders,
      capabilities: { general: { positionEncodings: ["utf-16"] } },
      initializationOptions: this.options,
    });
    this.notify("initialized", {});
    this.diagnostics = vscode.languages.createDiagnosticCollection("idl");
    this.disposables.push(this.diagnostics);
    this.documents();
    this.providers(capabilities);
  }

  async stop() {
    try {
      await this.request("shutdown", null);
      this.notify("exit", null);
    } catch {
      // It went away by itself.
    }
    this.dispose();
  }

  dispose() {
    this.disposables.forEach((d) => d.dispose());
    this.disposables = [];
    if (this.process) this.process.stdin.end();
  }

  // Messages.

  send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.process.stdin.write(body);
  }

  notify(method, params) {
    this.send({ method, params });
  }

  request(method, params, token) {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      if (token) token.onCancellationRequested(() => this.notify("$/cancelRequest", { id }));
      this.send({ id, method, params });
    });
  }

  receive(bytes) {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    for (;;) {
      const end = this.buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.buffer.toString("latin1", 0, end))[1]);
      if (this.buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.buffer.toString("utf8", end + 4, end + 4 + length));
      this.buffer = this.buffer.subarray(end + 4 + length);
      this.handle(message);
    }
  }

  handle(m) {
    if (m.method === "textDocument/publishDiagnostics") this.publish(m.params);
    else if (m.method && m.id !== undefined) this.send({ id: m.id, result: null });
    else if (this.waiting.has(m.id)) {
      const { resolve, reject } = this.waiting.get(m.id);
      this.waiting.delete(m.id);
      if (m.error) reject(new Error(m.error.message));
      else resolve(m.result);
    }
  }

  ended(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  // What is open.

  documents() {
    const { workspace } = this.vscode;
    const ours = (d) => d.languageId === "idl";
    const id = (d) => ({ uri: d.uri.toString(), version: d.version });
    const open = (d) => ours(d) && this.notify("textDocument/didOpen", { textDocument: { ...id(d), languageId: "idl", text: d.getText() } });
    workspace.textDocuments.forEach(open);
    const watcher = workspace.createFileSystemWatcher("**/{*.idl,.dsom-idl.json}");
    const changed = (type) => (uri) => this.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: uri.toString(), type }] });
    this.disposables.push(
      workspace.onDidOpenTextDocument(open),
      workspace.onDidCloseTextDocument((d) => ours(d) && this.notify("textDocument/didClose", { textDocument: id(d) })),
      workspace.onDidSaveTextDocument((d) => ours(d) && this.notify("textDocument/didSave", { textDocument: id(d) })),
      workspace.onDidChangeTextDocument((e) => {
        if (!ours(e.document) || e.contentChanges.length === 0) return;
        const contentChanges = e.contentChanges.map((c) => ({ range: plain(c.range), text: c.text }));
        this.notify("textDocument/didChange", { textDocument: id(e.document), contentChanges });
      }),
      watcher,
      watcher.onDidCreate(changed(1)),
      watcher.onDidChange(changed(2)),
      watcher.onDidDelete(changed(3)),
    );
  }

  // Answers.

  range(r) {
    return new this.vscode.Range(r.start.line, r.start.character, r.end.line, r.end.character);
  }

  location(l) {
    return new this.vscode.Location(this.vscode.Uri.parse(l.uri), this.range(l.range));
  }

  edits(list) {
    return (list || []).map((e) => new this.vscode.TextEdit(this.range(e.range), e.newText));
  }

  workspaceEdit(e) {
    const edit = new this.vscode.WorkspaceEdit();
    for (const [uri, list] of Object.entries((e && e.changes) || {})) edit.set(this.vscode.Uri.parse(uri), this.edits(list));
    return edit;
  }

  diagnostic(d) {
    const { vscode } = this;
    const out = new vscode.Diagnostic(this.range(d.range), d.message, d.severity - 1);
    out.code = d.code;
    out.source = d.source;
    out.relatedInformation = (d.relatedInformation || []).map((r) => new vscode.DiagnosticRelatedInformation(this.location(r.location), r.message));
    return out;
  }

  publish({ uri, diagnostics }) {
    if (this.diagnostics) this.diagnostics.set(this.vscode.Uri.parse(uri), diagnostics.map((d) => this.diagnostic(d)));
  }

  symbol(s) {
    const out = new this.vscode.DocumentSymbol(s.name, s.detail || "", s.kind - 1, this.range(s.range), this.range(s.selectionRange));
    out.children = (s.children || []).map((c) => this.symbol(c));
    return out;
  }

  completion(i) {
    const out = new this.vscode.CompletionItem(i.label, i.kind - 1);
    Object.assign(out, { detail: i.detail, documentation: i.documentation, sortText: i.sortText });
    if (i.textEdit) {
      out.range = this.range(i.textEdit.range);
      out.insertText = i.textEdit.newText;
    }
    return out;
  }

  providers(capabilities) {
    const { vscode } = this;
    const { languages } = vscode;
    const textDocument = (d) => ({ uri: d.uri.toString() });
    const at = (d, position) => ({ textDocument: textDocument(d), position });
    const ask = (method, params, token) => this.request("textDocument/" + method, params, token);
    const places = (method) => async (d, p, token) => ((await ask(method, at(d, p), token)) || []).map((l) => this.location(l));
    const markdown = (m) => new vscode.MarkdownString(m.value);
    const legend = capabilities.semanticTokensProvider.legend;
    this.disposables.push(
      languages.registerHoverProvider(selector, {
        provideHover: async (d, p, token) => {
          const h = await ask("hover", at(d, p), token);
          return h && new vscode.Hover(markdown(h.contents), this.range(h.range));
        },
      }),
      languages.registerDefinitionProvider(selector, { provideDefinition: places("definition") }),
      languages.registerDeclarationProvider(selector, { provideDeclaration: places("declaration") }),
      languages.registerTypeDefinitionProvider(selector, { provideTypeDefinition: places("typeDefinition") }),
      languages.registerImplementationProvider(selector, { provideImplementation: places("implementation") }),
      languages.registerReferenceProvider(selector, {
        provideReferences: async (d, p, context, token) => ((await ask("references", { ...at(d, p), context }, token)) || []).map((l) => this.location(l)),
      }),
      languages.registerDocumentHighlightProvider(selector, {
        provideDocumentHighlights: async (d, p, token) =>
          ((await ask("documentHighlight", at(d, p), token)) || []).map((h) => new vscode.DocumentHighlight(this.range(h.range), h.kind - 1)),
      }),
      languages.registerRenameProvider(selector, {
        prepareRename: async (d, p, token) => {
          const r = await ask("prepareRename", at(d, p), token);
          if (!r) throw new Error("There is no name here.");
          return { range: this.range(r.range), placeholder: r.placeholder };
        },
        provideRenameEdits: async (d, p, newName, token) => this.workspaceEdit(await ask("rename", { ...at(d, p), newName }, token)),
      }),
      languages.registerCompletionItemProvider(
        selector,
        {
          provideCompletionItems: async (d, p, token) => {
            const r = await ask("completion", at(d, p), token);
            return new vscode.CompletionList(r.items.map((i) => this.completion(i)), r.isIncomplete);
          },
        },
        ...capabilities.completionProvider.triggerCharacters,
      ),
      languages.registerSignatureHelpProvider(
        selector,
        {
          provideSignatureHelp: async (d, p, token) => {
            const r = await ask("signatureHelp", at(d, p), token);
            if (!r) return undefined;
            const help = new vscode.SignatureHelp();
            help.signatures = r.signatures.map((s) => new vscode.SignatureInformation(s.label, s.documentation));
            help.activeSignature = r.activeSignature;
            return help;
          },
        },
        ...capabilities.signatureHelpProvider.triggerCharacters,
      ),
      languages.registerDocumentSymbolProvider(selector, {
        provideDocumentSymbols: async (d, token) => ((await ask("documentSymbol", { textDocument: textDocument(d) }, token)) || []).map((s) => this.symbol(s)),
      }),
      languages.registerWorkspaceSymbolProvider({
        provideWorkspaceSymbols: async (query, token) =>
          ((await this.request("workspace/symbol", { query }, token)) || []).map(
            (s) => new vscode.SymbolInformation(s.name, s.kind - 1, s.containerName || "", this.location(s.location)),
          ),
      }),
      languages.registerDocumentFormattingEditProvider(selector, {
        provideDocumentFormattingEdits: async (d, _, token) => this.edits(await ask("formatting", { textDocument: textDocument(d) }, token)),
      }),
      languages.registerDocumentRangeFormattingEditProvider(selector, {
        provideDocumentRangeFormattingEdits: async (d, range, _, token) => this.edits(await ask("rangeFormatting", { textDocument: textDocument(d), range: plain(range) }, token)),
      }),
      languages.registerFoldingRangeProvider(selector, {
        provideFoldingRanges: async (d, _, token) =>
          ((await ask("foldingRange", { textDocument: textDocument(d) }, token)) || []).map(
            (f) => new vscode.FoldingRange(f.startLine, f.endLine, { comment: 1, imports: 2, region: 3 }[f.kind]),
          ),
      }),
      languages.registerCodeActionsProvider(
        selector,
        {
          provideCodeActions: async (d, range, _, token) =>
            ((await ask("codeAction", { textDocument: textDocument(d), range: plain(range), context: { diagnostics: [] } }, token)) || []).map((a) => {
              const action = new vscode.CodeAction(a.title, vscode.CodeActionKind.QuickFix);
              action.edit = this.workspaceEdit(a.edit);
              action.diagnostics = (a.diagnostics || []).map((x) => this.diagnostic(x));
              action.isPreferred = a.isPreferred;
              return action;
            }),
        },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
      languages.registerDocumentSemanticTokensProvider(
        selector,
        {
          provideDocumentSemanticTokens: async (d, token) =>
            new vscode.SemanticTokens(new Uint32Array((await ask("semanticTokens/full", { textDocument: textDocument(d) }, token)).data)),
        },
        new vscode.SemanticTokensLegend(legend.tokenTypes, legend.tokenModifiers),
      ),
    );
  }
}

exports.Client = Client;
