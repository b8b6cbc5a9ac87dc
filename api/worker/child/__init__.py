"""The process that decodes, draws and encodes: files and a spec in, files out. It knows no database and no storage."""
