// The cells of a draft in an open notebook. The kernel tells through a comm what shall stand where;
// here it is done in JupyterLab's document model, so that the notebook's own undo takes it back and
// its own saving saves it. What a person has typed since is never overwritten: it is sent back.

const TARGET = 'ml-model-workbench';
const ANCHOR = 'workbench-cells';
const TAGS = { module: 'workbench-module', test: 'workbench-tests' };
const STYLE = `
.wb-strip { margin: 0 8px 6px 74px; padding: 1px 10px; font-size: 13px; line-height: 20px;
  border-left: 4px solid var(--wb-tone, #808080); color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family); }
.wb-strip:empty { display: none; }
.wb-strip[data-tone=good] { --wb-tone: #009e73; } .wb-strip[data-tone=bad] { --wb-tone: #d55e00; }
.wb-strip[data-tone=warn] { --wb-tone: #e69f00; } .wb-strip[data-tone=note] { --wb-tone: #0072b2; }
`;

export const plugin = ({ INotebookTracker }) => ({
  id: 'ml-model-workbench:desk',
  description: 'Keeps the cells of a draft in the open notebook.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (app, tracker) => {
    document.body.classList.add('wb-front-end'); // what needs it is shown from now on
    document.head.append(Object.assign(document.createElement('style'), { textContent: STYLE }));
    tracker.widgetAdded.connect((_, panel) => new Desk(app, panel));
    tracker.forEach(panel => new Desk(app, panel));
  }
});

class Desk {
  constructor(app, panel) {
    this.app = app;
    this.panel = panel;
    this.known = new Map(); // what the kernel believes to stand in a cell, by the cell's identity
    this.states = new Map();
    this.comms = new Set();
    panel.sessionContext.kernelChanged.connect(() => this.connect());
    panel.node.addEventListener('click', event => this.clicked(event));
    panel.context.ready.then(() => {
      this.connect();
      panel.content.model.sharedModel.changed.connect(() => this.mark());
    });
  }

  get notebook() {
    return this.panel.content.model.sharedModel;
  }

  // Be there when the kernel calls, and find a kernel that has called before this page was loaded.
  async connect() {
    const kernel = this.panel.sessionContext.session?.kernel;
    if (!kernel || kernel === this.kernel) return;
    this.kernel = kernel;
    kernel.registerCommTarget(TARGET, comm => this.bind(comm));
    const reply = await kernel.requestCommInfo({ target_name: TARGET });
    for (const id of Object.keys(reply.content.comms ?? {})) {
      if (!kernel.hasComm(id)) this.bind(kernel.createComm(TARGET, id));
    }
  }

  bind(comm) {
    this.comms.add(comm);
    comm.onClose = () => this.comms.delete(comm);
    comm.onMsg = message => this.do(message.content.data, comm);
    const held = Object.fromEntries(this.cells().map(({ id, cell }) => [id, cell.getSource()]));
    const session = this.notebook.getMetadata('workbench')?.session ?? '';
    comm.send({ event: 'here', path: this.panel.context.path, session, cells: held });
  }

  do(asked, comm) {
    if (asked.do === 'put') comm.send({ event: 'put', number: asked.number, ...this.put(asked) });
    if (asked.do === 'states') this.show(asked.states);
    if (asked.do === 'jump') this.jump(asked.id, asked.line);
    if (asked.do === 'session') this.notebook.setMetadata('workbench', { session: asked.name });
  }

  // All cells that belong to a draft, with their place.
  cells() {
    return this.notebook.cells
      .map((cell, index) => ({ cell, index, id: cell.getMetadata('workbench')?.id }))
      .filter(({ id }) => id);
  }

  put({ cells, drop }) {
    const kept = {};
    const model = this.notebook;
    for (const id of drop ?? []) {
      const found = this.cells().find(one => one.id === id);
      if (!found) continue;
      if (this.touched(id, found.cell)) kept[id] = found.cell.getSource();
      else model.deleteCell(found.index);
    }
    let place = this.anchor();
    for (const { id, role, path, source, force } of cells) {
      const found = this.cells().find(one => one.id === id);
      if (!found) {
        const metadata = { tags: [TAGS[role]], workbench: { id, path, role } };
        model.insertCell(place, { cell_type: 'code', source, metadata });
      } else if (!force && found.cell.getSource() !== source && this.touched(id, found.cell)) {
        kept[id] = found.cell.getSource();
      } else {
        replace(found.cell, source);
      }
      if (!(id in kept)) this.known.set(id, source);
      place = (this.cells().find(one => one.id === id)?.index ?? place) + 1;
    }
    requestAnimationFrame(() => this.mark());
    return { kept, ids: cells.map(cell => cell.id) };
  }

  // Whether a person has typed since the kernel wrote, or ran, the cell. What is not known may be
  // an edit, too: the kernel knows every text that the cell has had, and decides.
  touched(id, cell) {
    return this.known.get(id) !== cell.getSource();
  }

  anchor() {
    const ours = this.cells();
    if (ours.length) return ours[0].index;
    const tagged = this.notebook.cells.findIndex(cell =>
      (cell.getMetadata('tags') ?? []).includes(ANCHOR)
    );
    return tagged < 0 ? this.notebook.cells.length : tagged + 1;
  }

  show(states) {
    for (const [id, state] of Object.entries(states)) {
      this.states.set(id, state);
      if (state.source !== undefined) this.known.set(id, state.source);
    }
    this.mark();
  }

  // Write each cell's state below it, on the page only: a saved notebook stays clean.
  mark() {
    for (const widget of this.panel.content.widgets) {
      const id = widget.model?.sharedModel?.getMetadata('workbench')?.id;
      if (!id) continue;
      let strip = widget.node.querySelector(':scope > .wb-strip');
      if (!strip) {
        strip = Object.assign(document.createElement('div'), { className: 'wb-strip' });
        strip.setAttribute('role', 'status');
        widget.node.append(strip);
      }
      const edited = this.known.has(id) && this.touched(id, widget.model.sharedModel);
      const state = edited
        ? { text: '✎ edited; run the cell to check it', tone: 'warn' }
        : this.states.get(id) ?? { text: '', tone: 'none' };
      if (strip.textContent !== state.text) strip.textContent = state.text;
      strip.dataset.tone = state.tone;
      if (!strip.dataset.heard) {
        strip.dataset.heard = 'yes';
        widget.model.sharedModel.changed.connect(() => this.mark());
      }
    }
  }

  clicked(event) {
    const link = event.target.closest?.('[data-wb-cell], [data-wb-copy], [data-wb-open]');
    if (!link) return;
    event.preventDefault();
    const { wbCell, wbLine, wbOpen } = link.dataset;
    if (wbCell) this.jump(wbCell, Number(wbLine || 0));
    else if (wbOpen) this.open(link, wbOpen);
    else copy(link);
  }

  // Open a file of this machine, where it lies below the folder that the server shows.
  open(link, path) {
    const page = JSON.parse(document.getElementById('jupyter-config-data')?.textContent ?? '{}');
    const served = page.serverRoot ?? ''; // ~ stands for a home that the page does not know
    const root = `${served.replace(/^~/, '').replace(/\/$/, '')}/`;
    const at = path.indexOf(root);
    if (served && (served.startsWith('~') ? at >= 0 : at === 0)) {
      this.app.commands.execute('docmanager:open', { path: path.slice(at + root.length) });
    } else {
      link.textContent = `${path} (outside the folder that Jupyter shows)`;
      link.disabled = true;
    }
  }

  async jump(id, line) {
    const found = this.cells().find(one => one.id === id);
    if (!found) return;
    const { content } = this.panel;
    content.activeCellIndex = found.index;
    const widget = content.widgets[found.index];
    await content.scrollToItem(found.index, 'smart');
    await widget.ready;
    content.mode = 'edit';
    const at = { line: Math.max(0, Math.min(line, widget.editor.lineCount - 1)), column: 0 };
    const end = { line: at.line, column: widget.editor.getLine(at.line)?.length ?? 0 };
    widget.editor.focus();
    widget.editor.setSelection({ start: at, end });
    widget.editor.revealPosition(at);
    // The editor scrolls once more by itself when it has drawn the selection.
    const centre = () => {
      const view = widget.editor.editor;
      const { node } = view.domAtPos(view.state.selection.main.head);
      (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).scrollIntoView({
        block: 'center'
      });
    };
    requestAnimationFrame(() => requestAnimationFrame(centre));
  }
}

// Put the text beside a button on the clipboard, and say so on the button.
async function copy(button) {
  const text = button.parentElement.querySelector('pre').textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector('pre'));
    button.textContent = 'Selected: Ctrl+C';
  }
}

// Change only what differs, so that the cursor stays and one undo takes it back.
function replace(cell, source) {
  const before = cell.getSource();
  if (before === source) return;
  let start = 0;
  while (start < before.length && before[start] === source[start]) start++;
  let tail = 0;
  const most = Math.min(before.length, source.length) - start;
  while (tail < most && before[before.length - 1 - tail] === source[source.length - 1 - tail]) {
    tail++;
  }
  cell.updateSource(start, before.length - tail, source.slice(start, source.length - tail));
  cell.setOutputs?.([]);
}
