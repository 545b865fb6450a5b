// What a test asks of the worker comes before what the page asks of it.

const asked = { full: false };

self.addEventListener("message", (event) => {
  const { test } = event.data;
  if (!test) return;
  event.stopImmediatePropagation();
  Object.assign(asked, test);
  standing.to(asked.at);
  if (asked.without) delete FileSystemFileHandle.prototype.createSyncAccessHandle;
  if (asked.without === "everything") {
    IDBFactory.prototype.open = () => {
      throw new DOMException("as in some private windows", "SecurityError");
    };
  }
});

// A disk that gets full while a file is open.
for (const [kind, name] of [[FileSystemSyncAccessHandle, "write"], [IDBObjectStore, "add"]]) {
  const real = kind.prototype[name];
  kind.prototype[name] = function (...given) {
    if (asked.full) throw new DOMException("no room", "QuotaExceededError");
    return real.apply(this, given);
  };
}
