package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/format"
	"github.com/opendsom/dsom/idl/syntax"
)

type idlFmtCmd struct {
	idlFlags
	Write  bool     `short:"w" xor:"do" help:"Write the files that change instead of printing them."`
	Check  bool     `xor:"do" help:"Write nothing; name the files that are not formatted, and fail if there are any."`
	Diff   bool     `xor:"do" help:"Write nothing; print what would change, in the form that patch reads."`
	Indent int      `default:"2" placeholder:"N" help:"Blanks to indent a level by, from 1 to 8."`
	File   []string `arg:"" help:"IDL files; - is standard input."`
}

func (idlFmtCmd) Help() string {
	return `Example:

    dsom idl fmt -w idl/*.idl
    dsom idl fmt --check idl/*.idl
    dsom idl fmt - < bank.idl

A file need not compile to be formatted. What it says never changes: the tokens, comments and preprocessor lines of
the result are compared with those of the file, also after macros are expanded, and a file that would change is left as it is.`
}

func (v idlFmtCmd) Run(ctx context.Context, c *console) error {
	if v.Indent < 1 || v.Indent > format.MaxIndent {
		return usage("--indent: %d is not a number from 1 to %d", v.Indent, format.MaxIndent)
	}
	var changed []string
	failed := false
	for _, name := range v.File {
		was, err := v.readFile(c, name)
		if err == nil {
			var is []byte
			if is, err = v.format(ctx, name, was); err == nil {
				if !bytes.Equal(was, is) {
					changed = append(changed, name)
				}
				err = v.put(c, name, was, is)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = true
			c.note("%v", err)
			if c.json {
				return err
			}
		}
	}
	if c.json {
		if changed == nil {
			changed = []string{}
		}
		if err := c.printJSON(map[string][]string{"changed": changed}); err != nil {
			return err
		}
	}
	switch {
	case failed:
		return errReported
	case v.Check && len(changed) > 0:
		if !c.json {
			for _, name := range changed {
				c.printf("%s\n", name)
			}
		}
		return fmt.Errorf("%d of %d files are not formatted; dsom idl fmt -w formats them", len(changed), len(v.File))
	}
	return nil
}

// standardInput is the name for messages of what has none.
const standardInput = "standard input"

func (v idlFmtCmd) readFile(c *console, name string) ([]byte, error) {
	if name != "-" {
		return idl.Disk{}.Open(name)
	}
	if v.Write {
		return nil, usage("-w cannot write standard input")
	}
	return io.ReadAll(io.LimitReader(c.in, int64(syntax.DefaultLimits.FileSize)+1))
}

// format formats a text and holds that it means the same.
func (v idlFmtCmd) format(ctx context.Context, name string, was []byte) ([]byte, error) {
	if name == "-" {
		name = standardInput
	}
	is, err := format.Source(filepath.ToSlash(name), was, format.Options{Indent: v.Indent})
	if err != nil || bytes.Equal(was, is) {
		return is, err
	}
	cfg := syntax.Config{Resolver: idl.Disk{}, Include: v.Include, Define: v.Define, Standard: idl.Standard()}
	return is, format.Verify(ctx, cfg, filepath.ToSlash(name), was, is)
}

// put does with a formatted file what was asked for.
func (v idlFmtCmd) put(c *console, name string, was, is []byte) error {
	switch {
	case v.Check:
		return nil
	case v.Diff:
		if c.json {
			return nil
		}
		c.printf("%s", format.Diff(name, string(was), string(is)))
		return nil
	case !v.Write:
		if c.json {
			return nil
		}
		_, err := c.out.Write(is)
		return err
	case bytes.Equal(was, is):
		return nil
	}
	if err := rewriteFile(name, is); err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, err)
	}
	if !c.json {
		c.printf("%s\n", name)
	}
	return nil
}

// rewriteFile replaces the content of a file, whole or not at all. It keeps the file's mode,
// and follows a link to where the file is.
func rewriteFile(name string, data []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if err := replaceFile(target, data); err != nil {
		return err
	}
	return os.Chmod(target, info.Mode().Perm())
}
