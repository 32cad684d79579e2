// The card in the launcher: opens a fresh copy of the workbench notebook in the current folder.

const COMMAND = 'ml-model-workbench:open';
const TEMPLATE = 'workbench.ipynb';

export const plugin = ({ ILauncher, ICommandPalette, home }) => ({
  id: 'ml-model-workbench:card',
  description: 'A launcher card for the workbench.',
  autoStart: true,
  optional: [ILauncher, ICommandPalette].filter(Boolean),
  activate: (app, ...services) => {
    const [launcher, palette] = services;
    app.commands.addCommand(COMMAND, {
      label: 'ML implementer',
      caption: 'From a written model design to a checked commit in your repository',
      execute: async ({ cwd = '' } = {}) => {
        const template = await (await fetch(new URL(TEMPLATE, home))).json();
        const { contents } = app.serviceManager;
        const path = await free(contents, cwd);
        await contents.save(path, { type: 'notebook', format: 'json', content: template });
        const panel = await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
        await Promise.all([panel.context.ready, panel.sessionContext.ready]);
        await panel.sessionContext.session?.kernel?.info;
        await app.commands.execute('notebook:run-all-cells');
        return panel;
      }
    });
    launcher?.add({
      command: COMMAND,
      category: 'Notebook',
      rank: 10,
      kernelIconUrl: new URL('icon.svg', home).href
    });
    palette?.addItem({ command: COMMAND, category: 'Notebook' });
  }
});

// Find a name that no file of the folder has.
async function free(contents, cwd) {
  const taken = new Set((await contents.get(cwd)).content.map(entry => entry.name));
  let name = TEMPLATE;
  for (let number = 1; taken.has(name); number++) name = `workbench-${number}.ipynb`;
  return cwd ? `${cwd}/${name}` : name;
}
