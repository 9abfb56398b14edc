// The page that documents the API: Swagger UI on our own description of it, nothing from elsewhere.

// What it gets wrong for people who hear a page or move by its outline, set right whenever it draws something.
function mend(root) {
  for (const main of root.querySelectorAll("main")) {
    main.setAttribute("role", "region");
    main.setAttribute("aria-label", "What can be asked");
  }
  for (const heading of root.querySelectorAll("h3.opblock-tag, .models > h4")) heading.setAttribute("aria-level", "2");
  for (const heading of root.querySelectorAll("h4.opblock-title")) heading.setAttribute("aria-level", "3");
  for (const code of root.querySelectorAll("pre")) code.tabIndex = 0;
}

window.addEventListener("load", () => {
  const root = document.getElementById("api");
  new MutationObserver(() => mend(root)).observe(root, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: "/api/v1/openapi.json",
    dom_id: "#api",
    deepLinking: false, // a link within each button
    validatorUrl: null,
    requestInterceptor: (request) => {
      const token = document.querySelector("meta[name=csrf]");
      if (token && token.content) request.headers["X-CSRF-Token"] = token.content;
      return request;
    },
  });
});
