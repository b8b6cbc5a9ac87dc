// Files that a page may read again after a reload, in browsers that let it, with the person's leave.
// See the File System API's FileSystemFileHandle, which IndexedDB keeps; TypeScript has no types for these parts of it.
declare global {
  interface FileSystemHandle {
    requestPermission?: () => Promise<PermissionState>;
  }
  interface DataTransferItem {
    getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
  }
  interface Window {
    showOpenFilePicker?: (options: object) => Promise<FileSystemFileHandle[]>;
  }
}

export interface Picked {
  file: File;
  handle?: FileSystemFileHandle;
}

const NAME = "files";

function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("pirouette", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(NAME);
    opening.onsuccess = () => resolve(opening.result.transaction(NAME, mode).objectStore(NAME));
    opening.onerror = () => reject(opening.error);
  });
}

/** For the upload of this id. Private windows keep nothing, and then the person is asked for the file. */
export async function keep(uploadId: string, handle: FileSystemFileHandle): Promise<void> {
  await store("readwrite").then((files) => files.put(handle, uploadId), () => undefined);
}

export async function forget(uploadId: string): Promise<void> {
  await store("readwrite").then((files) => files.delete(uploadId), () => undefined);
}

export async function kept(uploadId: string): Promise<FileSystemFileHandle | undefined> {
  const files = await store("readonly").catch(() => undefined);
  if (!files) return undefined;
  return new Promise((resolve) => {
    const asked = files.get(uploadId);
    asked.onsuccess = () => resolve(asked.result as FileSystemFileHandle | undefined);
    asked.onerror = () => resolve(undefined);
  });
}

/** The file as it is now; undefined where the person says no, or it is gone. To be asked for by a click. */
export async function reopened(handle: FileSystemFileHandle): Promise<File | undefined> {
  try {
    const leave = await handle.requestPermission?.();
    return leave === undefined || leave === "granted" ? await handle.getFile() : undefined;
  } catch {
    return undefined;
  }
}

/** What the names of files end in that the farm takes. */
export const SUFFIXES = [".glb", ".gltf", ".zip", ".stl", ".ply", ".usdz", ".usd", ".usda", ".usdc"] as const;

/** Files that the person chooses in the browser's own window; undefined where it gives no handles. */
export async function pick(): Promise<Picked[] | undefined> {
  if (!window.showOpenFilePicker) return undefined;
  try {
    const types = [{ description: "3D", accept: { "model/gltf-binary": [...SUFFIXES] } }];
    const handles = await window.showOpenFilePicker({ multiple: true, types });
    return await Promise.all(handles.map(async (handle) => ({ handle, file: await handle.getFile() })));
  } catch {
    return []; // closed without a choice
  }
}

/** All files that were dropped, also those inside of folders. */
export async function dropped(transfer: DataTransfer): Promise<Picked[]> {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const handles = items.map((item) => item.getAsFileSystemHandle?.()); // at once: after an await the items are gone
  const entries = items.map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files];
  const found = await Promise.all(
    entries.map(async (entry, index): Promise<Picked[]> => {
      if (entry?.isDirectory) return (await filesBelow(entry)).map((file) => ({ file }));
      const file = files[index];
      const handle = await handles[index]?.catch(() => undefined);
      return file ? [{ file, handle: handle?.kind === "file" ? (handle as FileSystemFileHandle) : undefined }] : [];
    }),
  );
  return found.flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(filesBelow))).flat());
  }
}
