// Package schema holds the JSON Schemas (draft 2020-12) of what goes into
// Gatepass's functions and comes out of them: as data, for the programs of other
// languages, for tests and for documentation. Nothing here validates.
//
// documents/<function>.<request or answer>.json is what is invoked with, and what
// is answered; documents/error.json is what every function answers instead.
// events/<type>.json is one type of event each.
//
// # Rules
//
//   - What a request's schema refuses, the function refuses, by name. The other way
//     round there are rules that a schema cannot say: a test lists them, and holds
//     the two to each other with documents drawn at random.
//   - A request takes no member that is not named here. An answer may get new
//     members within its version, so its schema leaves room for them, and names all
//     that there are: a test validates every answer with that room taken away.
//   - An event has no member that its schema does not name: with one more it is of
//     another version, which is in the schema's $id.
//   - Lengths are counted in characters, as JSON Schema does, where the functions
//     count bytes of UTF-8; of ASCII they are the same.
package schema

import (
	"embed"
	"io/fs"
)

//go:embed documents/*.json events/*.json
var files embed.FS

// Files returns the schemas as files: documents/*.json and events/*.json. Their
// references to each other are relative, by file name.
func Files() fs.FS { return files }
