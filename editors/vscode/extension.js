// The client of `gloo lsp`: it starts the server and shows what commands give.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The commands whose results the server gives as text. */
const SHOWN = ["gloo.trace", "gloo.showRequest", "gloo.runTest", "gloo.prove", "gloo.showManifests", "gloo.diff"];

/** @type {LanguageClient | undefined} */
let client;

/** The steps of the last trace, drawn in the margin. */
const drawn = vscode.window.createTextEditorDecorationType({
  isWholeLine: true,
  backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
});

async function activate(context) {
  const command = vscode.workspace.getConfiguration("gloo").get("path", "gloo");
  client = new LanguageClient(
    "gloo",
    "Gloo",
    { command, args: ["lsp"] },
    {
      documentSelector: [{ language: "gloo" }, { pattern: "**/gloo.toml" }],
      initializationOptions: { showsResults: true },
      middleware: {
        executeCommand: async (name, args, next) => {
          const result = await next(name, args);
          if (SHOWN.includes(name) && result) {
            await show(result);
          }
          return result;
        },
      },
    },
  );
  context.subscriptions.push(
    drawn,
    vscode.commands.registerCommand("gloo.restart", () => client.restart()),
    vscode.commands.registerCommand("gloo.traceRequest", trace),
    vscode.commands.registerCommand("gloo.manifestsHere", () => ask("gloo.showManifests", {})),
    vscode.commands.registerCommand("gloo.diffSince", diff),
  );
  await client.start();
}

/** Has the server do something about the place of the cursor. */
async function ask(command, more) {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return;
  }
  const { line, character } = editor.selection.active;
  const argument = { uri: editor.document.uri.toString(), position: { line, character }, ...more };
  try {
    await vscode.commands.executeCommand(command, argument);
  } catch (error) {
    vscode.window.showErrorMessage(error.message);
  }
}

async function trace() {
  const request = await vscode.window.showInputBox({
    prompt: "Which request?",
    placeHolder: "GET https://shop.acme.com/cart",
  });
  if (request) {
    await ask("gloo.trace", { request });
  }
}

async function diff() {
  const revision = await vscode.window.showInputBox({ prompt: "Since which revision?", value: "HEAD" });
  if (revision) {
    await ask("gloo.diff", { revision });
  }
}

/** Shows a result beside the program; of a trace, also its way through the files that are open. */
async function show(result) {
  if (result.trace) {
    draw(result);
  }
  const document = await vscode.workspace.openTextDocument({ content: result.text, language: result.language });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  vscode.window.setStatusBarMessage(result.title, 10000);
}

function draw({ trace, root }) {
  for (const editor of vscode.window.visibleTextEditors) {
    const steps = trace.steps.filter(
      (step) => step.file && editor.document.uri.fsPath === vscode.Uri.joinPath(vscode.Uri.file(root), step.file).fsPath,
    );
    editor.setDecorations(
      drawn,
      steps.map((step) => ({
        range: new vscode.Range(step.line - 1, 0, step.line - 1, 0),
        hoverMessage: `${step.step}: ${step.says ?? step.decided_by}`,
      })),
    );
  }
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
