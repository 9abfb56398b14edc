// The page that documents the API: Swagger UI on our own description of it, nothing from elsewhere.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/api/v1/openapi.json",
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      const token = document.querySelector("meta[name=csrf]");
      if (token && token.content) request.headers["X-CSRF-Token"] = token.content;
      return request;
    },
  });
});
