// Elements that reach beyond the sides of the window or of their panel, unless they are wholly outside until they are
// needed, or something around them scrolls, ends in an ellipsis, or is for screen readers alone.
() => {
  const width = document.documentElement.clientWidth;
  const fits = box => box.left >= -1 && box.right <= width + 1;
  const isHeld = element => {
    for (let around = element.parentElement; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      const holds = /auto|scroll/.test(style.overflowX)
        || (style.overflowX === 'hidden' && style.textOverflow === 'ellipsis');
      const unseen = style.overflowX === 'hidden' && around.clientWidth <= 1;
      if (unseen || holds && fits(around.getBoundingClientRect())) {
        return true;
      }
    }
    return false;
  };
  const isBeyond = (element, box) => {
    const panel = element.parentElement.closest('section, dialog, #signin');
    return panel && box.right > panel.getBoundingClientRect().right + 1;
  };
  return [...document.body.querySelectorAll('*')]
    .filter(element => {
      const box = element.getBoundingClientRect();
      return box.width > 1 && box.height > 1 && box.right > 0
        && (!fits(box) || isBeyond(element, box)) && !isHeld(element);
    })
    .map(element => {
      const box = element.getBoundingClientRect();
      return element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') + ' '
        + element.className + ' ' + Math.round(box.left) + '-' + Math.round(box.right);
    })
    .slice(0, 10);
}
