package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/store"
)

type backupCmd struct {
	stateFlag
	Force bool   `short:"f" help:"Replace a file that is there."`
	File  string `arg:"" help:"The file to write; - is standard output."`
}

func (backupCmd) Help() string {
	return `The daemon that runs writes what it keeps, names, servers, interfaces, its configuration and IDL files, as they are at one moment, and works on meanwhile.
What servers have written is not in it. The file is compressed JSON, a value a line, and readable for its owner alone: it has what
servers were given in their environment.

Example:

    dsom backup dsom-2026-11-29.backup
    dsom backup - | ssh vault 'cat > dsom.backup'`
}

func (v backupCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	if v.File == "-" {
		return v.pipe(ctx, c, d)
	}
	if _, err := os.Lstat(v.File); err == nil && !v.Force {
		return fmt.Errorf("%s is there already; --force replaces it", v.File)
	}
	sum, err := backupTo(ctx, d, v.File)
	if err != nil {
		return err
	}
	return c.summary(v.File, sum, nil)
}

// pipe writes to standard output, whose reader may be slow, what the daemon has written at its own pace, and was read again.
func (backupCmd) pipe(ctx context.Context, c *console, d *admin.Client) error {
	dir, err := os.MkdirTemp("", "dsom-backup-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "state")
	if _, err := backupTo(ctx, d, path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = io.Copy(c.out, f)
	return err
}

// backupTo makes the file whole or not at all, and reads it again before it has its name.
func backupTo(ctx context.Context, d *admin.Client, path string) (sum backup.Summary, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // for its owner alone
	if err != nil {
		return sum, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = d.Backup(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		sum, err = backup.Read(f, func(store.Entry) error { return nil }, func(string, []byte) error { return nil })
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return sum, err
	}
	return sum, os.Rename(f.Name(), path)
}

// summary says what a backup has.
func (c *console) summary(path string, sum backup.Summary, moved []string) error {
	if c.json {
		return c.printJSON(struct {
			File string `json:"file"`
			backup.Summary
			Moved []string `json:"moved,omitempty"`
		}{path, sum, moved})
	}
	for _, m := range moved {
		c.printf("What was there is %s now.\n", safe(m))
	}
	c.printf("%s: %d entries and %d files of %s, %s.\n", safe(path), sum.Entries, sum.Files, safe(sum.Host), sum.Made.Format("2006-01-02 15:04:05 MST"))
	if len(sum.Disabled) > 0 {
		c.printf("Servers are disabled, since the daemon of the backup may run them, until dsom server start: %s.\n", safe(strings.Join(sum.Disabled, ", ")))
	}
	return nil
}

// mayGo returns why a state is not replaced: that of a machine among others is theirs, too.
func mayGo(ctx context.Context, s store.Store) error {
	name, err := cluster.Joined(ctx, s)
	if name != "" {
		return fmt.Errorf("this state folder is that of the machine %q, and its names and servers are in a store that it shares with others, which a restore does not change: restore into a new folder (--state DIR), and begin a new store with that, as docs/cluster.md says", name)
	}
	return err
}

type restoreCmd struct {
	stateFlag
	Replace bool    `help:"Replace a state that is there: it is moved to another name."`
	Port    *uint16 `help:"Have the daemon of the state take calls at this port, from 1, instead of the one that it was backed up with: beside a daemon that has that. Its servers are disabled."`
	File    string  `arg:"" help:"The file that dsom backup has written; - is standard input."`
}

func (restoreCmd) Help() string {
	return `No daemon may run with the state folder. The state is there wholly afterwards, or, if the file is damaged or cut off, as it was. References that
the daemon before had given name its address: on another machine start the daemon with --publish, and see dsom ior rewrite. To try a backup beside the
daemon that has written it, give the state a port of its own (--port). Names in it lead to the first one's objects as before. Its servers are disabled, since the
first one runs them, and some of them must not run twice: dsom server start lets one run.

The state of a machine that shares it with others is not replaced. What was lost of such a store is restored into a new folder, and the first daemon that is
started with that and a new, empty --store begins the store with it: see docs/cluster.md.

Example:

    dsom restore dsom-2026-11-29.backup
    dsom restore --state /srv/dsom --replace dsom-2026-11-29.backup
    dsom restore --state /tmp/trial --port 7053 dsom-2026-11-29.backup`
}

func (v restoreCmd) Run(ctx context.Context, c *console) error {
	folder, err := v.folder()
	if err != nil {
		return err
	}
	port := uint16(0)
	if v.Port != nil {
		if port = *v.Port; port == 0 {
			return usage("--port is a port from 1, at which the daemon takes calls")
		}
	}
	in := c.in
	if v.File != "-" {
		f, err := os.Open(v.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	sum, moved, err := backup.Restore(ctx, in, folder, backup.Options{Replace: v.Replace, MayGo: mayGo, Port: port})
	if err != nil {
		return fmt.Errorf("%s: %w", v.File, err)
	}
	return c.summary(v.File, sum, moved)
}
