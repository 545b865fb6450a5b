// What a test asks of the worker comes before what the page asks of it.

const asked = { full: false };

self.addEventListener("message", (event) => {
  const { test } = event.data;
  if (!test) return;
  event.stopImmediatePropagation();
  if (test.done) {
    standing.afterwards(() => postMessage({ done: test.done }));
    return;
  }
  Object.assign(asked, test);
  standing.to(asked.at);
  if (asked.without) delete FileSystemFileHandle.prototype.createSyncAccessHandle;
  if (asked.without === "everything") {
    IDBFactory.prototype.open = () => {
      throw new DOMException("as in some private windows", "SecurityError");
    };
  }
});

// A full disk: no file can be made, and none that is open can be written on.
for (const [kind, name] of [
  [FileSystemDirectoryHandle, "getFileHandle"], [FileSystemSyncAccessHandle, "write"],
  [IDBObjectStore, "add"],
]) {
  const real = kind.prototype[name];
  kind.prototype[name] = function (...given) {
    const reads = name === "getFileHandle" && !given[1]?.create;
    if (asked.full && !reads) throw new DOMException("no room", "QuotaExceededError");
    return real.apply(this, given);
  };
}
