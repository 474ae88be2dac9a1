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
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming/binding"
)

type kept struct{ som.Base }

var keptClasses = []*som.Class{som.MustClass[kept]("Dog"), som.MustClass[kept]("Cat")}

// naming is a server of the classes of its first argument, which binds a name besides, and those that follow, and then waits for the file of its second, in which is whether it takes calls or ends.
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
		for _, name := range append([]string{"zoo/rex"}, os.Args[3:]...) {
			if err := s.Bind(ctx, name, ref); err != nil {
				return err
			}
		}
		if err := os.WriteFile(os.Args[2]+".said", nil, 0o600); err != nil {
			return err
		}
		for ctx.Err() == nil {
			switch say, _ := os.ReadFile(os.Args[2]); string(say) {
			case "serve":
				if file := os.Getenv("DSOM_TEST_LATE"); file != "" {
					go bindLate(ctx, s, ref, file)
				}
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

// bindLate binds the name anew, which is under way until there is a file.
func bindLate(ctx context.Context, s *server.Server, ref orb.Object, file string) {
	err := s.Say(ctx, "name zoo/rex, late", func(ctx context.Context) error {
		if err := os.WriteFile(file+".begun", nil, 0o600); err != nil {
			return err
		}
		for ctx.Err() == nil {
			if _, err := os.Stat(file); err == nil {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		root, err := s.ORB.InitialReference(ctx, "NameService")
		if err != nil {
			return err
		}
		return binding.Bind(ctx, root, "zoo/rex", ref)
	})
	fmt.Println("bound late:", err)
}

// TestOldBindsBeforeTheNew has a binding be under way in the old process when an upgrade is written down: it does not land after that of the new version.
func TestOldBindsBeforeTheNew(t *testing.T) {
	t.Parallel()
	z := zooAt(t, t.TempDir(), storetest.NewHub())
	late := filepath.Join(z.dir, "late")
	add(t, z.daemon, "zoo", "naming", func(s *admin.Server) {
		s.Command = z.command(t, "one", "Cat,Dog")
		s.Env = append(s.Env, "DSOM_TEST_LATE="+late)
	})
	if _, err := z.admin.Start(t.Context(), "zoo"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a binding is under way", func() bool { _, err := os.Stat(late + ".begun"); return err == nil })
	done := make(chan error, 1)
	go func() {
		_, err := z.admin.Upgrade(t.Context(), "zoo", admin.Upgrade{Command: z.command(t, "two", "Dog")})
		done <- err
	}()
	eventually(t, "the upgrade is written down", func() bool {
		s, err := z.admin.Server(t.Context(), "zoo")
		return err == nil && s.Upgrade == 1
	})
	time.AfterFunc(100*time.Millisecond, func() { _ = os.WriteFile(late, nil, 0o600) }) // by then the new one would have said its names
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := z.says(t); got != "Dog true" {
		t.Errorf("the naming service says %s", got)
	}
	if err := z.admin.Remove(t.Context(), "zoo", true); err != nil {
		t.Error(err)
	}
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

// A zoo is the server naming at a daemon whose store fails when it is told to.
type zoo struct {
	*dsomDaemon
	store *flaky
	dir   string
}

// zooAt runs a daemon of a state and a store, which leaves its servers running when it ends.
func zooAt(t *testing.T, state string, hub *storetest.Hub) *zoo {
	t.Helper()
	z := &zoo{store: &flaky{View: hub.View()}, dir: t.TempDir()}
	z.dsomDaemon = runDSOM(t, daemon.Config{State: state, Live: daemon.Live{LeaveServers: true}}.WithShared(z.store, "a", time.Hour))
	return z
}

// command is the program of a version that serves classes, binds names besides, and takes calls at once.
func (z *zoo) command(t *testing.T, version, classes string, names ...string) []string {
	t.Helper()
	file := filepath.Join(z.dir, version)
	if err := os.WriteFile(file, []byte("serve"), 0o600); err != nil {
		t.Fatal(err)
	}
	return append([]string{os.Args[0], classes, file}, names...)
}

// says returns what the naming service says: the classes, and whether the name leads to an object that is there.
func (z *zoo) says(t *testing.T) string {
	t.Helper()
	root, err := z.orb.Resolve(t.Context(), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", z.port))
	if err != nil {
		t.Fatal(err)
	}
	all, err := classmap.In(root).Classes(t.Context(), "zoo")
	if err != nil {
		t.Fatal(err)
	}
	rex, err := cosnaming.NamingContextClass.Unchecked(root).Resolve(t.Context(), cosnaming.Name{{Id: "zoo"}, {Id: "rex"}})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := orb.RefOf(rex).NonExistent(t.Context())
	return fmt.Sprint(strings.Join(all, ","), " ", err == nil && !gone)
}

// TestUpgradesNameLater has the naming service's store be full when a version has taken over that binds a name and has classes, and the daemon end then: all is said when there is room, by whichever daemon.
func TestUpgradesNameLater(t *testing.T) {
	t.Parallel()
	hub, state := storetest.NewHub(), t.TempDir()
	z := zooAt(t, state, hub)
	add(t, z.daemon, "zoo", "naming", func(s *admin.Server) { s.Command = z.command(t, "one", "Cat,Dog") })
	if _, err := z.admin.Start(t.Context(), "zoo"); err != nil {
		t.Fatal(err)
	}
	full := &failing{fail: writes("naming/"), reason: store.ErrFull}
	z.store.fails.Store(full)
	if _, err := z.admin.Upgrade(t.Context(), "zoo", admin.Upgrade{Command: z.command(t, "two", "Dog")}); err != nil {
		t.Fatalf("the upgrade: %v", err)
	}
	if got := z.says(t); got != "Cat,Dog false" || full.tries.Load() < 2 {
		t.Errorf("with a full store the naming service says %s, after %d attempts", got, full.tries.Load())
	}
	z.store.fails.Store(nil)
	eventually(t, "it says what the version has put aside", func() bool { return z.says(t) == "Dog true" })

	full.tries.Store(0)
	z.store.fails.Store(full)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = z.admin.Upgrade(t.Context(), "zoo", admin.Upgrade{Command: z.command(t, "three", "Cat")})
	}()
	eventually(t, "the upgrade is written down, and the name cannot be", func() bool {
		s, err := z.admin.Server(t.Context(), "zoo")
		return err == nil && s.Upgrade == 2 && full.tries.Load() > 0
	})
	z.end()
	<-done
	next := zooAt(t, state, hub)
	eventually(t, "the next daemon's says it", func() bool { return next.says(t) == "Cat true" })
	if err := next.admin.Remove(t.Context(), "zoo", true); err != nil {
		t.Error(err)
	}
}

// TestUpgradeBindsInVain has a version bind names that cannot be bound for what is: the upgrade is given up.
func TestUpgradeBindsInVain(t *testing.T) {
	t.Parallel()
	z := zooAt(t, t.TempDir(), storetest.NewHub())
	add(t, z.daemon, "zoo", "naming", func(s *admin.Server) { s.Command = z.command(t, "one", "Cat,Dog") })
	if _, err := z.admin.Start(t.Context(), "zoo"); err != nil {
		t.Fatal(err)
	}
	for version, name := range map[string]string{"below an object": "zoo/rex/tail", "far below an object": "zoo/rex/tail/tip", "of a context": "zoo"} {
		_, err := z.admin.Upgrade(t.Context(), "zoo", admin.Upgrade{Command: z.command(t, version, "Dog", name)})
		if err == nil || !strings.Contains(err.Error(), "binding "+name) {
			t.Errorf("a name %s: %v", version, err)
		}
		if got := z.says(t); got != "Cat,Dog true" {
			t.Errorf("a name %s: the naming service says %s", version, got)
		}
	}
	if _, err := z.admin.Upgrade(t.Context(), "zoo", admin.Upgrade{Command: z.command(t, "two", "Dog", "zoo/max", "farm/rex")}); err != nil {
		t.Errorf("names that are free: %v", err)
	}
	if got := z.says(t); got != "Dog true" {
		t.Errorf("the naming service says %s", got)
	}
	if err := z.admin.Remove(t.Context(), "zoo", true); err != nil {
		t.Error(err)
	}
}
