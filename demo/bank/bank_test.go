package bank

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/store/bbolt"
)

// envLedger makes the test binary a bank, whose ledger is in the folder that the variable names.
const envLedger = "BANK_TEST_LEDGER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envLedger); dir != "" {
		err := serve(context.Background(), dir, func(ref *orb.Ref) { fmt.Println(ref) })
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	leaktest.Main(m)
}

// serve runs a bank without a daemon until ctx ends, and tells the branch's reference.
func serve(ctx context.Context, dir string, tell func(*orb.Ref)) (err error) {
	s, err := bbolt.Open(filepath.Join(dir, "ledger.db"), bbolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	l, err := openLedger(ctx, s)
	if err != nil {
		return err
	}
	opt := server.Options{NoDaemon: true, Listen: []string{"tcp:127.0.0.1:0"}, Logger: slog.New(slog.DiscardHandler)}
	return server.Run(ctx, opt, func(ctx context.Context, s *server.Server) error {
		if err := populate(ctx, s, l); err != nil {
			return err
		}
		ref, err := s.Objects.Reference(branchID, bank.BranchClass.Interface())
		if err == nil {
			tell(ref)
		}
		return err
	})
}

// start runs a bank in this process and returns its branch, as a client sees it.
func start(t *testing.T) bank.Branch {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	refs, done := make(chan *orb.Ref, 1), make(chan error, 1)
	dir := t.TempDir()
	go func() { done <- serve(ctx, dir, func(ref *orb.Ref) { refs <- ref }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case ref := <-refs:
		return bind(t, ref.String())
	case err := <-done:
		done <- nil
		t.Fatal(err)
	}
	return nil
}

// bind returns the branch that a reference leads to, through a client of its own.
func bind(t *testing.T, url string) bank.Branch {
	t.Helper()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b, err := bank.BranchClass.Bind(t.Context(), o, url)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBank(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	branch := start(t)
	ada, err := branch.Open(ctx, "ada")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := branch.Open(ctx, "ada"); !errors.As(err, new(*bank.AlreadyOpen)) {
		t.Errorf("got %v", err)
	}
	if _, err := branch.Open(ctx, "a/b"); !errors.As(err, new(*bank.InvalidName)) {
		t.Errorf("got %v", err)
	}
	if _, err := branch.Find(ctx, "eve"); !errors.As(err, new(*bank.NoSuchAccount)) {
		t.Errorf("got %v", err)
	}
	if err := ada.Deposit(ctx, 100); err != nil {
		t.Fatal(err)
	}
	if err := ada.Deposit(ctx, -1); !errors.As(err, new(*bank.InvalidAmount)) {
		t.Errorf("got %v", err)
	}
	if left, err := ada.Withdraw(ctx, 30); err != nil || left != 70 {
		t.Errorf("got %v, %v", left, err)
	}
	poor := new(*bank.InsufficientFunds)
	if _, err := ada.Withdraw(ctx, 71); !errors.As(err, poor) || (*poor).Balance != 70 {
		t.Errorf("got %v", err)
	}
	if err := ada.SetOwner(ctx, "Ada"); err != nil {
		t.Error(err)
	}
	main, err := branch.Find(ctx, MainAccount)
	if err != nil {
		t.Fatal(err)
	}
	left, receipt, err := ada.Transfer(ctx, main, 20)
	if err != nil || left != 50 || !strings.HasSuffix(receipt, ": 20 from ada to main") {
		t.Errorf("got %v, %q, %v", left, receipt, err)
	}
	if _, _, err := ada.Transfer(ctx, nil, 20); !errors.Is(err, exc.BadParam) {
		t.Errorf("got %v", err)
	}
	list, err := branch.List(ctx)
	if err != nil || len(list) != 2 || list[0].Name != "ada" || list[0].Owner != "Ada" || list[1].Balance != 20 {
		t.Fatalf("got %+v, %v", list, err)
	}
	if name, err := list[1].Acct.Name(ctx); err != nil || name != MainAccount {
		t.Errorf("got %q, %v", name, err)
	}
}

// TestTransferAway holds that money reaches another bank, and comes back if it surely does not.
func TestTransferAway(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	here, there := start(t), start(t)
	ours, err := here.Find(ctx, MainAccount)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := there.Find(ctx, MainAccount)
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.Deposit(ctx, 10); err != nil {
		t.Fatal(err)
	}
	if left, receipt, err := ours.Transfer(ctx, theirs, 4); err != nil || left != 6 || !strings.HasSuffix(receipt, "to another bank") {
		t.Errorf("got %v, %q, %v", left, receipt, err)
	}
	if b, err := theirs.Balance(ctx); err != nil || b != 4 {
		t.Errorf("got %v, %v", b, err)
	}
	nobody := ior.IIOP{Host: "127.0.0.1", Port: 1, Key: []byte("x")}
	nobody.Version.Major = 1
	gone := bank.AccountClass.Unchecked(orb.RefOf(theirs.(orb.Object)).ORB().NewRef(&ior.IOR{Profiles: []ior.Profile{nobody.Profile()}}))
	if _, _, err := ours.Transfer(ctx, gone, 3); !errors.Is(err, exc.Transient) {
		t.Errorf("got %v", err)
	}
	if b, err := ours.Balance(ctx); err != nil || b != 6 {
		t.Errorf("the amount did not come back: got %v, %v", b, err)
	}
}

// TestReference holds that a reference that is made before the server runs is the one that
// the server itself makes.
func TestReference(t *testing.T) {
	t.Parallel()
	uuid := [16]byte{1, 2, 3}
	i, err := Reference(uuid, "127.0.0.1:3053", "ada")
	if err != nil {
		t.Fatal(err)
	}
	p, err := i.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	k, ok := ior.ParseKey(p.Key)
	if !ok || k.Server != uuid || k.Incarnation != 0 || string(k.ID) != "ada" || p.Port != 3053 || i.TypeID != "IDL:Bank/Account:1.0" {
		t.Errorf("got %+v, %+v", p, k)
	}
	ctx, cancel := context.WithCancel(t.Context())
	name := ""
	opt := server.Options{NoDaemon: true, Listen: []string{"tcp:127.0.0.1:0"}}
	err = server.Run(ctx, opt, func(_ context.Context, s *server.Server) error {
		name = s.Objects.Name()
		cancel()
		return nil
	})
	if err != nil || name != string(k.Adapter) {
		t.Errorf("a server calls its adapter %q, the reference %q (%v)", name, k.Adapter, err)
	}
	for _, bad := range []string{"host", "host:x", "host:99999"} {
		if _, err := Reference(uuid, bad, "ada"); err == nil {
			t.Errorf("%s: got no error", bad)
		}
	}
}

// TestKill kills the server at random moments: what it has acknowledged is there afterwards.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acknowledged, attempted := 0, 0
	for range 4 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), envLedger+"="+dir)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		url, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err, child.Wait())
		}
		main, err := bind(t, url).Find(t.Context(), MainAccount)
		if err != nil {
			t.Fatal(err)
		}
		b, err := main.Balance(t.Context())
		if err != nil || int(b) < acknowledged || int(b) > attempted {
			t.Fatalf("the balance is %v (%v) after %d deposits were acknowledged, of %d", b, err, acknowledged, attempted)
		}
		acknowledged, attempted = int(b), int(b)
		kill := time.AfterFunc(time.Duration(5+rand.IntN(100))*time.Millisecond, func() { _ = child.Process.Kill() })
		for {
			attempted++
			if err := main.Deposit(t.Context(), 1); err != nil {
				break
			}
			acknowledged++
		}
		kill.Stop()
		_ = child.Process.Kill()
		_ = child.Wait() // it was killed
	}
	if acknowledged == 0 {
		t.Error("no deposit came through")
	}
}

// TestGenerated holds that the stubs are what the compiler makes today.
func TestGenerated(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{}, "bank.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "github.com/opendsom/dsom/demo/bank/gen"})
	if err := report.Err(); err != nil || files.Len() == 0 {
		t.Fatal(err, files.Len())
	}
	for name, want := range files.All() {
		got, err := os.ReadFile(filepath.Join("gen", filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what go generate writes (%v)", name, err)
		}
	}
}
