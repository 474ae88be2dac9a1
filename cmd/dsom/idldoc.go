package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/opendsom/dsom/idl/doc"
)

type idlDocCmd struct {
	idlFlags
	Out      string   `short:"o" default:"doc" placeholder:"DIR" help:"Output folder."`
	Title    string   `default:"IDL" help:"What stands over all pages."`
	Included bool     `help:"Document the included files as well."`
	File     []string `arg:"" help:"IDL files."`
}

func (idlDocCmd) Help() string {
	return `Example:

    dsom idl doc --out site --title Bank bank.idl

The site needs no server: open index.html in the output folder.`
}

func (v idlDocCmd) Run(ctx context.Context, c *console) error {
	r, err := v.read(ctx, v.File)
	if err != nil {
		return err
	}
	if err := c.reportNew(r.Report, r.Source); err != nil {
		return err
	}
	files, err := doc.Site(r.Spec, doc.Options{Title: v.Title, Included: v.Included, Source: r.Source})
	if err != nil {
		return err
	}
	written := []string{}
	for name, data := range files.All() {
		to := filepath.Join(v.Out, filepath.FromSlash(name))
		if same(to, data) {
			continue
		}
		if err := replaceFile(to, data); err != nil {
			return fmt.Errorf("%s cannot be written: %w", to, err)
		}
		written = append(written, name)
	}
	if c.json {
		return c.printJSON(map[string][]string{"files": files.Paths(), "changed": written})
	}
	c.printf("%s\n", filepath.Join(v.Out, "index.html"))
	c.note("%d pages and other files, of which %d changed.", files.Len(), len(written))
	return nil
}
