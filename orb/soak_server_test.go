package orb_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/stock"
	"github.com/opendsom/dsom/emit/golang/testdata/ty"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// soakServerEnv is set in the process of a server; its value is the address to publish.
const soakServerEnv = "DSOM_SOAK_SERVER"

// serveSoak is the process of a server. It tells where it listens and what its object is, and then what it takes,
// or which oneways came, whenever it is asked.
func serveSoak(publish string) error {
	cfg := orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Publish: publish, Logger: quiet(), FragmentSize: 5000, BiDir: orb.BiDir{Accept: true}}
	o, err := orb.New(cfg)
	if err != nil {
		return err
	}
	root := poa.New(o)
	soaked := &soakServant{once: map[string]bool{}, noted: map[int64]struct{}{}}
	var ref *orb.Ref
	for key, s := range map[string]orb.Servant{
		"soak":   EchoClass.Servant(soaked),
		"types":  ty.TClass.Servant(new(soakTypes)),
		"office": stock.OfficeClass.Servant(new(soakOffice)),
	} {
		made, err := root.ActivateKey(key, s)
		if err != nil {
			return err
		}
		if key == "soak" {
			ref = made
		}
	}
	moved, err := root.Create("moved", poa.Options{
		IDAssignment: poa.UserID, RequestProcessing: poa.UseServantManager, ServantRetention: poa.NonRetain,
		ServantLocator: poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) { return nil, &orb.ForwardRequest{To: ref} }),
	})
	if err != nil {
		return err
	}
	forwards, err := moved.Reference("moved", EchoClass.Interface())
	if err != nil {
		return err
	}
	fmt.Printf("127.0.0.1:%d\n%s\n%s\n", o.Endpoints()[0].Port, ref, forwards)
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		if asked.Text() == "notes" {
			fmt.Println(soaked.notes())
			continue
		}
		u := used()
		fmt.Println(u.heap, u.goroutines)
	}
	return nil
}

// soakServant is an Echo that remembers what it was told to do once.
type soakServant struct {
	echo
	mu    sync.Mutex
	once  map[string]bool
	noted map[int64]struct{}
	again int // oneways that came more than once
}

func (s *soakServant) Note(_ context.Context, text string) error {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.noted[id]; known {
		s.again++
	}
	s.noted[id] = struct{}{}
	return nil
}

// notes returns how many oneways were carried out, and how many of them more than once.
func (s *soakServant) notes() (once, twice int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.noted), s.again
}

func (s *soakServant) Say(ctx context.Context, text string) (string, error) {
	word, id, _ := strings.Cut(text, " ")
	switch word {
	case "once", "was":
		s.mu.Lock()
		defer s.mu.Unlock()
		done := s.once[id]
		if word == "was" {
			return map[bool]string{false: "no", true: "yes"}[done], nil
		}
		if done {
			return "twice", nil
		}
		s.once[id] = true
		return "once", nil
	case "slowly":
		select {
		case <-time.After(25 * time.Millisecond):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return text, nil
}

func (s *soakServant) Meet(ctx context.Context, other Echo) (Echo, error) {
	if text, err := other.Say(ctx, "hello"); err != nil || text != "hello" {
		return nil, fmt.Errorf("called back: %q, %v", text, err)
	}
	return other, nil
}

type soakTypes struct{ ty.TBase }

func (soakTypes) EAny(_ context.Context, a dyn.Any) (dyn.Any, error)  { return a, nil }
func (soakTypes) ENode(_ context.Context, n ty.Node) (ty.Node, error) { return n, nil }

type soakOffice struct{ stock.OfficeBase }

func (soakOffice) TakeNode(_ context.Context, n stock.Node) (stock.Node, error) { return n, nil }
