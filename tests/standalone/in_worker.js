// What a test asks of the worker comes before what the page asks of it.

self.addEventListener("message", (event) => {
  const { test } = event.data;
  if (!test) return;
  event.stopImmediatePropagation();
  if (test.ahead !== undefined) skipping.to(test.ahead);
  if (test.noFiles) delete FileSystemFileHandle.prototype.createSyncAccessHandle;
});
