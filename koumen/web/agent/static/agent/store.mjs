// The phone's own store (IndexedDB): keys that cannot be taken out, the chain of acts, the sealed day pack.

const NAME = "koumen-agent";
const VERSION = 1;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opened;

export function openStore() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("things"); // by name: key, device, pack, …
      request.result.createObjectStore("acts", { keyPath: "n" });
    };
    request.onsuccess = () => {
      // a newer app in another tab may need to change the store: let it, and ask again for the next thing
      request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

export async function read(name) {
  const store = await openStore();
  return asked(store.transaction("things").objectStore("things").get(name));
}

// One transaction over both stores: what `work` writes is there whole or not at all, also when the tab dies.
// `work` may only await requests of the transaction itself.
export async function write(work) {
  const store = await openStore();
  const transaction = store.transaction(["things", "acts"], "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException("not written", "AbortError"));
  });
  const things = transaction.objectStore("things");
  const acts = transaction.objectStore("acts");
  let result;
  try {
    result = await work({
      get: (name) => asked(things.get(name)),
      put: (name, value) => asked(things.put(value, name)),
      remove: (name) => asked(things.delete(name)),
      act: (n) => asked(acts.get(n)),
      allActs: () => asked(acts.getAll()),
      putAct: (act) => asked(acts.put(act)),
      removeAct: (n) => asked(acts.delete(n)),
    });
  } catch (fault) {
    try {
      transaction.abort();
    } catch {
      // it has aborted by itself, for the same reason
    }
    await done.catch(() => {});
    throw fault;
  }
  await done;
  return result;
}

export const put = (name, value) => write((store) => store.put(name, value));
export const allActs = () => write((store) => store.allActs());
