package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/std/cosnaming"
)

type kept struct{ som.Base }

var keptClasses = []*som.Class{som.MustClass[kept]("Dog"), som.MustClass[kept]("Cat")}

// naming is a server of the classes of its first argument, which binds a name besides, and then waits for the file of its second, in which is whether it takes calls or ends.
func naming() int {
	err := server.Run(context.Background(), server.Options{}, func(ctx context.Context, s *server.Server) error {
		d := somd.New(s.Root.POA, somd.Config{})
		if _, err := somd.Serve(ctx, s, d, somd.Among(keptClasses...), strings.Split(os.Args[1], ",")...); err != nil {
			return err
		}
		rex, err := keptClasses[0].New()
		if err != nil {
			return err
		}
		ref, err := d.Export(rex)
		if err != nil {
			return err
		}
		if err := s.Bind(ctx, "zoo/rex", ref); err != nil {
			return err
		}
		if err := os.WriteFile(os.Args[2]+".said", nil, 0o600); err != nil {
			return err
		}
		for ctx.Err() == nil {
			switch say, _ := os.ReadFile(os.Args[2]); string(say) {
			case "serve":
				return nil
			case "end":
				return errors.New("told to end")
			}
			time.Sleep(5 * time.Millisecond)
		}
		return ctx.Err()
	})
	if err != nil {
		fmt.Println(err)
		return 84
	}
	return 0
}

// TestUpgradesName has versions of a server say which classes they have, and bind a name, while an upgrade tries them out: the naming service says what the one before has said until the new one serves,
// and goes on to if it ends.
func TestUpgradesName(t *testing.T) {
	t.Parallel()
	ready, ended := make(chan *daemon.Daemon, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		ended <- daemon.Run(ctx, daemon.Config{State: t.TempDir(), Listen: "127.0.0.1:0", Ready: func(d *daemon.Daemon) { ready <- d }})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	d := <-ready
	c, dir := client(t, d), t.TempDir()
	status, err := c.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	root, err := o.Resolve(ctx, "corbaloc:iiop:1.2@"+status.Local+"/NameService")
	if err != nil {
		t.Fatal(err)
	}
	names, classes := cosnaming.NamingContextClass.Unchecked(root), classmap.In(root)
	knows := func(version, want string) {
		t.Helper()
		rex, err := names.Resolve(ctx, cosnaming.Name{{Id: "zoo"}, {Id: "rex"}})
		if err != nil {
			t.Fatal(err)
		}
		if gone, err := orb.RefOf(rex).NonExistent(ctx); err != nil || gone {
			t.Errorf("%s: the name leads to no object: %v, %v", version, gone, err)
		}
		if all, err := classes.Classes(ctx, "zoo"); err != nil || strings.Join(all, ",") != want {
			t.Errorf("%s: the server has the classes %v, %v, want %s", version, all, err, want)
		}
	}
	command := func(version, serves, does string) []string {
		file := filepath.Join(dir, version)
		if does != "" {
			if err := os.WriteFile(file, []byte(does), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return []string{os.Args[0], serves, file}
	}
	add(t, d, "zoo", "naming", func(s *admin.Server) { s.Command = command("one", "Cat,Dog", "serve") })
	if _, err := c.Start(ctx, "zoo"); err != nil {
		t.Fatal(err)
	}
	serves := "Cat,Dog"
	knows("one", serves)
	for _, next := range []struct{ version, serves, does string }{{"two", "Dog", "end"}, {"three", "Cat", "serve"}, {"four", "Dog", "end"}} {
		done := make(chan error, 1)
		upgrade := admin.Upgrade{Command: command(next.version, next.serves, "")}
		go func() { _, err := c.Upgrade(ctx, "zoo", upgrade); done <- err }()
		eventually(t, "version "+next.version+" has said what it has", func() bool {
			_, err := os.Stat(filepath.Join(dir, next.version+".said"))
			return err == nil
		})
		knows(next.version+", tried", serves)
		file := filepath.Join(dir, next.version)
		if err := errors.Join(os.WriteFile(file+".new", []byte(next.does), 0o600), os.Rename(file+".new", file)); err != nil {
			t.Fatal(err)
		}
		if err := <-done; (err == nil) != (next.does == "serve") {
			t.Fatalf("the upgrade to version %s: %v", next.version, err)
		}
		if next.does == "serve" {
			serves = next.serves
		}
		knows(next.version+", then", serves)
	}
}
