// Package bank is the server program that "dsom demo" shows: a branch and its accounts, which
// persist. It is written as any server program would be, with package server and the stubs
// that dsom idl build makes of bank.idl.
package bank

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/store/bbolt"
)

//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --out gen bank.idl

// IDL is the text of bank.idl.
//
//go:embed bank.idl
var IDL string

// MainAccount is the account that is always there.
const MainAccount = "main"

// Run serves the bank whose ledger lies in the folder data until ctx ends or the server is
// stopped. In the naming service the branch is bank/branch, and each account bank/ and its name.
func Run(ctx context.Context, opt server.Options, data string) error {
	if opt.Name == "" {
		opt.Name = "bank"
	}
	return server.Run(ctx, opt, func(ctx context.Context, s *server.Server) error { return setup(ctx, s, data) })
}

// setup opens the ledger, which this process alone uses from here on.
func setup(ctx context.Context, s *server.Server, data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("the ledger's folder: %w", err)
	}
	db, err := bbolt.Open(filepath.Join(data, "ledger.db"), bbolt.Options{})
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	s.AtEnd(db.Close)
	l, err := openLedger(ctx, db)
	if err != nil {
		return err
	}
	return populate(ctx, s, l)
}

// populate makes the branch and its accounts objects.
func populate(ctx context.Context, s *server.Server, l *ledger) error {
	b := &branch{ledger: l, objects: s.Objects, bind: s.Bind}
	if s.Daemon() == "" { // there is no naming service
		b.bind = func(context.Context, string, orb.Object) error { return nil }
	}
	if _, err := l.get(MainAccount); err != nil {
		if err := l.open(ctx, MainAccount); err != nil {
			return err
		}
	}
	for _, name := range l.names() {
		if err := b.activate(ctx, name); err != nil {
			return err
		}
	}
	ref, err := bank.BranchClass.ActivateWithID(s.Objects, branchID, b)
	if err != nil {
		return err
	}
	return b.bind(ctx, "bank/branch", ref)
}
