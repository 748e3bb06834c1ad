// Before the first paint, so that nothing flashes. Not a module, for those come later.
'use strict';
{
  const system = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    const wish = localStorage.getItem('errand.theme');
    const known = wish === 'dark' || wish === 'light';
    document.documentElement.dataset.theme = known ? wish : system.matches ? 'dark' : 'light';
  };
  follow();
  system.addEventListener('change', follow);
}
