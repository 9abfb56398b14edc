// A table that is wider than its page is scrolled, by keyboard too.
addEventListener("load", () => {
  const reach = () => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset table:not([class])"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
  };
  reach();
  addEventListener("resize", reach);
});
