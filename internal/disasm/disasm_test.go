package disasm_test

import (
	"testing"

	"github.com/opendsom/dsom/internal/disasm"
)

const printed = `
a.o:     file format elf64-x86-64

0000000000000000 <f>:
   0:	endbr64
   4:	mov    0x8(%rdi),%rax
   8:	cmpb   $0x0,0x0(%rip)        # f <g>
   c:	mov    %rax,(%rsp)
  10:	lea    0x8(%rdi),%rdx
  14:	add    %rax,0x8(%rdi)
  18:	nopw   0x0(%rax,%rax,1)
  1c:	call   *0x10(%rax)
  20:	jne    40 <f+0x40>
			22: R_X86_64_PLT32	g-0x4
  24:	ret

0000000000000030 <g>:
  30:	call   0 <f>
  34:	jmp    *%rax
`

func TestParse(t *testing.T) {
	t.Parallel()
	all := disasm.Parse(printed)
	if len(all) != 2 || len(all["f"]) != 8 || len(all["g"]) != 2 {
		t.Fatalf("got %v", all)
	}
	if loads, calls, others := disasm.Count(all["f"]); loads != 3 || calls != 1 || others != 4 {
		t.Errorf("f: %d loads, %d calls, %d others", loads, calls, others)
	}
	for _, c := range []struct {
		is   disasm.Instruction
		want bool
	}{{all["f"][5], false}, {all["f"][6], true}, {all["f"][7], false}, {all["g"][0], true}, {all["g"][1], false}} {
		if c.is.Direct() != c.want {
			t.Errorf("whether %v goes to what it names: %v", c.is, !c.want)
		}
	}
	if got := all["f"][1]; got != (disasm.Instruction{At: "8", Op: "cmpb", Args: "$0x0,0x0(%rip)"}) {
		t.Errorf("got %v", got)
	}
}
