// Starts Swagger UI on /docs. A file of its own: the page's CSP takes no inline script.
const box = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: box.dataset.schema,
  domNode: box,
  deepLinking: true,
  persistAuthorization: false,
});
