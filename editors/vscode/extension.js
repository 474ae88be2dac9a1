// The extension starts `dsom idl lsp` and hands it what VS Code asks. It has no build step and
// no dependencies: what it needs of the Language Server Protocol is in client.js.
"use strict";

const vscode = require("vscode");
const { Client } = require("./client");

let client;

function settings() {
  const c = vscode.workspace.getConfiguration("dsom");
  return { include: c.get("idl.include"), define: c.get("idl.define"), indent: c.get("idl.indent") };
}

async function start(context) {
  const path = vscode.workspace.getConfiguration("dsom").get("path") || "dsom";
  client = new Client(vscode, path, ["idl", "lsp", "--stdio"], settings());
  try {
    await client.start();
  } catch (e) {
    vscode.window.showErrorMessage(`${path} idl lsp does not start: ${e.message}. The setting dsom.path says where dsom is.`);
    client = undefined;
    return;
  }
  context.subscriptions.push(client);
}

async function stop() {
  const c = client;
  client = undefined;
  if (c) {
    await c.stop();
  }
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("dsom.idl.restart", async () => {
      await stop();
      await start(context);
    }),
    vscode.workspace.onDidChangeConfiguration(async (e) => {
      if (e.affectsConfiguration("dsom.path")) {
        await stop();
        await start(context);
      } else if (e.affectsConfiguration("dsom") && client) {
        client.notify("workspace/didChangeConfiguration", { settings: settings() });
      }
    }),
  );
  await start(context);
};

exports.deactivate = stop;
