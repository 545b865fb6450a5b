// What a test asks of the worker comes before what the page asks of it.

self.addEventListener("message", (event) => {
  const { test } = event.data;
  if (!test) return;
  event.stopImmediatePropagation();
  standing.to(test.at);
  if (test.without === "files") delete FileSystemFileHandle.prototype.createSyncAccessHandle;
  if (test.without === "everything") {
    delete FileSystemFileHandle.prototype.createSyncAccessHandle;
    IDBFactory.prototype.open = () => {
      throw new DOMException("as in some private windows", "SecurityError");
    };
  }
});
