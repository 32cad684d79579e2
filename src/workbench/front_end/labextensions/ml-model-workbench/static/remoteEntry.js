// The container that JupyterLab loads, written by hand: there is no build step. It takes what it
// needs from JupyterLab's own share scope, so nothing is bundled and nothing comes from outside.
(() => {
  const name = 'ml-model-workbench';
  const home = new URL('.', document.currentScript.src);
  let scope;

  const shared = async module => {
    const versions = Object.values(scope[module] ?? {});
    return versions.length ? (await versions[0].get())() : {};
  };

  (window._JUPYTERLAB ??= {})[name] = {
    init: given => {
      scope = given;
    },
    get: async module => {
      if (module !== './extension') throw new Error(`${name} has no ${module}`);
      const [launcher, notebook, apputils] = await Promise.all(
        ['@jupyterlab/launcher', '@jupyterlab/notebook', '@jupyterlab/apputils'].map(shared)
      );
      const [card, desk] = await Promise.all(
        ['card.js', 'desk.js'].map(file => import(new URL(file, home)))
      );
      const plugins = [
        card.plugin({ ...launcher, ...apputils, home }),
        desk.plugin({ ...notebook })
      ];
      return () => ({ __esModule: true, default: plugins });
    }
  };
})();
