// Command emitter is an emitter for "dsom idl build --emitter": it makes a page that lists the
// operations of each interface. It needs nothing but JSON; docs/idl-emitters.md describes what
// it reads and writes, docs/idl-model.md the model.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
)

// A decl is what this emitter wants to know of a declaration.
type decl struct {
	Kind, Name, ID string
	Decls          []decl
	Params         []struct{ Name, Direction string }
}

func main() {
	var in struct {
		Emitter int
		Options string
		Model   struct{ Decls []decl }
	}
	log.SetFlags(0)
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		log.Fatal(err)
	}
	if in.Emitter != 1 {
		log.Fatalf("this emitter knows version 1 of the exchange, not %d", in.Emitter)
	}
	page := &strings.Builder{}
	list(page, in.Model.Decls, "")
	out := map[string]any{}
	if page.Len() == 0 {
		out["diagnostics"] = []any{map[string]string{"severity": "warning", "code": "PAGE1", "message": "there is no interface to list"}}
	} else {
		name := in.Options
		if name == "" {
			name = "operations.md"
		}
		out["files"] = []any{map[string]string{"path": name, "content": page.String()}}
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		log.Fatal(err)
	}
}

// list writes the interfaces of a scope.
func list(page *strings.Builder, decls []decl, scope string) {
	for _, d := range decls {
		switch d.Kind {
		case "module":
			if d.Name != "CORBA" {
				list(page, d.Decls, scope+d.Name+"::")
			}
		case "interface":
			fmt.Fprintf(page, "## %s%s\n\n`%s`\n\n", scope, d.Name, d.ID)
			for _, op := range d.Decls {
				if op.Kind != "operation" {
					continue
				}
				var params []string
				for _, p := range op.Params {
					params = append(params, p.Direction+" "+p.Name)
				}
				fmt.Fprintf(page, "- %s(%s)\n", op.Name, strings.Join(params, ", "))
			}
		}
	}
}
