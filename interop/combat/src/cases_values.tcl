# Cases of values: Basics, Wide, Built.

# ---- Basics, Wide

foreach {name op values} {
    boolean   mirror_boolean   {{1 0} {0 1}}
    short     mirror_short     {{-32768 32767} {32767 -32768} {1 -2}}
    ushort    mirror_ushort    {{0 65535} {65535 0} {1 65534}}
    long      mirror_long      {{-2147483648 2147483647} {2147483647 -2147483648} {1 -2}}
    ulong     mirror_ulong     {{0 4294967295} {4294967295 0} {1 4294967294}}
    longlong  mirror_longlong  {{-9223372036854775808 9223372036854775807} {9223372036854775807 -9223372036854775808}}
    float     mirror_float     {{1.5 -0.75} {-0.25 0.125}}
    double    mirror_double    {{1.5 -0.75} {-1e300 5e+299}}
    tag       mirror_tag       {{12345678 87654321} {{} {}}}
} {
    case $name [string map [list OP $op VALUES $values] {
        foreach pair {VALUES} { expect [call [basics] OP [lindex $pair 0]] [lindex $pair 1] }
        foreach {v want} [some_pair OP] { expect [call [basics] OP $v] $want }
    }]
}
# some_pair is a random value for an operation, and its mirror.
proc some_pair {op} {
    switch -- $op {
        mirror_short { set v [bits 16] }
        mirror_long { set v [bits 32] }
        mirror_longlong { set v [bits 64] }
        mirror_ushort { return [list [set v [bits 16 0]] [expr {65535 - $v}]] }
        mirror_ulong { return [list [set v [bits 32 0]] [expr {4294967295 - $v}]] }
        mirror_float - mirror_double { return [list [set v [real]] [flip_real $v]] }
        mirror_tag { return [list [set v [text 8]] [string reverse $v]] }
        default { return {} }
    }
    list $v [complement $v]
}
case octet {
    foreach v [list \x00 \xff \x01 [some_octet] [some_octet]] { expect [call [basics] mirror_octet $v] [flip_octets $v] }
}
case char {
    expect [call [basics] mirror_char a] b
    set v [letter]
    expect [call [basics] mirror_char $v] [format %c [expr {[scan $v %c] + 1}]]
}
case char_latin1 {
    expect [call [basics] mirror_char \u00e4] \u00e5
}
case ulonglong {
    # Combat reads unsigned 64 bits as signed ones.
    foreach {v want} {0 18446744073709551615 18446744073709551615 0 5000000000 18446744068709551615} {
        expect [expr {[call [basics] mirror_ulonglong $v] & 0xffffffffffffffff}] $want
    }
}
case string {
    expect [call [basics] mirror_string ""] ""
    expect [call [basics] mirror_string stressed] desserts
    set long [string repeat [text 25] [up_to 200]]
    expect [call [basics] mirror_string $long] [string reverse $long]
}
case latin1 { expect [call [basics] mirror_string Gr\u00fc\u00dfe] e\u00df\u00fcrG }
case bounds {
    expect_system { request [basics] {string mirror_tag {{in string}}} 123456789 } MARSHAL
    expect [call [basics] mirror_tag after] retfa
}
case prims {
    lassign [list [bits 16] [bits 16 0] [bits 32] [bits 32 0] [bits 64] [real] [real]] s us l ul ll f d
    set got [call [basics] mirror_prims [list b 1 c x o Z s $s us $us l $l ul $ul ll $ll ull 1 f $f d $d]]
    dict set got ull [expr {[dict get $got ull] & 0xffffffffffffffff}]
    expect $got [list b 0 c y o \xa5 s [complement $s] us [expr {65535 - $us}] l [complement $l] ul [expr {4294967295 - $ul}] \
        ll [complement $ll] ull 18446744073709551614 f [flip_real $f] d [flip_real $d]]
}
case wchar {
    expect [call [wide] mirror_wchar \u00e9] \u00ea
    expect [call [wide] mirror_wchar \u4e2d] \u4e2e
}
case wstring {
    foreach s [list "h\u00e9llo \u20ac" "" \u4e00\u4e01\u4e02\u4e03\u4e04 [wide_text 500]] {
        expect [call [wide] mirror_wstring $s] [string reverse $s]
    }
}
case widetag { expect [call [wide] mirror_widetag \u03b1\u03b2\u03b3\u03b4\u03b5\u03b6] \u03b6\u03b5\u03b4\u03b3\u03b2\u03b1 }

# ---- Built

case enum { foreach {v want} {red green green blue blue red} { expect [call [built] mirror_color $v] $want } }
case struct {
    set e [some_entry]
    expect [call [built] mirror_entry $e] [flip_entry $e]
}
case structs {
    expect [call [built] mirror_entries {}] {}
    set v [list]
    for {set i 0} {$i < 100} {incr i} { lappend v [entry "entry $i" [lindex {red green blue} [expr {$i % 3}]] [longs [expr {$i % 5}]]] }
    expect [call [built] mirror_entries $v] [lmap e [lreverse $v] {flip_entry $e}]
}
case longs {
    expect [call [built] mirror_longs {}] {}
    expect [call [built] mirror_longs [longs 1000]] [flip_longs [longs 1000]]
    set v [some_longs 500]
    expect [call [built] mirror_longs $v] [flip_longs $v]
}
case alias {
    set v [some_longs 20]
    expect [call [built] mirror_numbers $v] [flip_longs $v]
}
case booleans { expect [call [built] mirror_booleans {1 1 0}] {1 0 0} }
case doubles {
    expect [call [built] mirror_doubles {0.5 -1e300 3}] {-1.5 5e+299 -0.25}
    set v [several 51 real]
    expect [call [built] mirror_doubles $v] [lmap d [lreverse $v] {flip_real $d}]
}
case seams {
    for {set before 8000} {$before <= 8256} {incr before 16} {
        foreach n {1 2 100 1100} {
            set v [list before [string repeat \x5a $before] list [several $n real] after $before]
            set got [call [built] mirror_bulk $v]
            expect_true {[dict get $got before] eq [flip_octets [dict get $v before]]}
            expect_true {[dict get $got list] eq [lmap d [lreverse [dict get $v list]] {flip_real $d}]}
            expect [dict get $got after] [complement $before]
        }
    }
}
case strings {
    expect [call [built] mirror_strings {}] {}
    expect [call [built] mirror_strings {one {} three}] {eerht {} eno}
    set v [several [up_to 50] {text 80}]
    expect [call [built] mirror_strings $v] [lmap s [lreverse $v] {string reverse $s}]
}
case tags {
    expect [call [built] mirror_tags {}] {}
    expect [call [built] mirror_tags {12345678 {} x yz}] {zy x {} 87654321}
}
case table {
    set v [several [up_to 5] {some_longs 10}]
    expect [call [built] mirror_table $v] [flip_matrix $v]
}
case octets {
    expect [call [built] mirror_octets ""] ""
    set v [some_octets [expr {20000 + [up_to 1000]}]]
    expect [call [built] mirror_octets $v] [flip_octets $v]
}
case big_both {
    set v [octets 1048576]
    expect_true {[call [built] mirror_octets $v] eq [flip_octets $v]}
}
case array {
    set v [some_matrix]
    expect [call [built] mirror_matrix $v] [flip_matrix $v]
}
case arrays { expect [call [built] mirror_matrices {{{0 1 2} {3 4 5}} {{0 -1 -2} {-3 -4 -5}}}] {{{4 3 2} {1 0 -1}} {{-6 -5 -4} {-3 -2 -1}}} }
case array_strings {
    set v [list [text 300] [text 300]]
    expect [call [built] mirror_pair $v] [list [string reverse [lindex $v 1]] [string reverse [lindex $v 0]]]
}
case array_octets {
    set v [some_octets 5]
    expect [call [built] mirror_key $v] [flip_octets $v]
}
case node {
    foreach v [list [node root 3] [some_node 5]] { expect [call [built] mirror_node $v] [flip_node $v] }
}

case tree {
    set t [call [built] grow 4]
    expect $t [tree 4]
    expect [call [built] mirror_tree $t] [flip_tree $t]
}
case versioned {
    set v [some_long]
    expect [call [built] mirror_versioned [list v $v]] [list v [complement $v]]
}
case renamed {
    set v [text 30]
    expect [call [built] mirror_renamed [list v $v]] [list v [string reverse $v]]
}

# A union is its discriminator and its member; Combat leaves out the second where there is none, or sends it empty.
foreach {name op values} {
    union_enum      mirror_bycolor    {{{red -7} {red 6}} {{green left} {green tfel}} {{blue \xc8} {blue 7}}}
    union_boolean   mirror_byboolean  {{{1 2.5} {1 -1.25}} {{0 because} {0 esuaceb}}}
    union_implicit  mirror_maybe      {{{1 {x 1 y 2}} {1 {x -0.5 y -1.0}}} {{0} {0}}}
    union_ushort    mirror_byshort    {{{65535 -9223372036854775808} {65535 9223372036854775807}} {{0 1} {0 0}} {{7} {7}}}
    union_longlong  mirror_bylonglong {{{-5000000000 -2} {-5000000000 1}} {{9 abc} {9 \x9c\x9d\x9e}}}
    union_inline    mirror_inline     {{{whole 12} {whole -13}} {{part {{1 2 3} {4 5 6}}} {part {{-7 -6 -5} {-4 -3 -2}}}}}
    union_recursive mirror_expr       {{{0 5} {0 -6}} {{1 {{0 1} {1 {{0 2} {0 3}}}}} {1 {{1 {{0 -4} {0 -3}}} {0 -2}}}}}
    union_char      mirror_bychar     {{{a \x01} {a \xfe}} {{b \x01} {b \xfe}} {{z blue} {z red}} {{q brief} {q feirb}}}
} {
    case $name [string map [list OP $op VALUES $values] {
        foreach pair {VALUES} {
            lassign $pair v want
            set got [call [built] OP [subst -nocommands -novariables $v]]
            expect [string trim $got " {}"] [string trim [subst -nocommands -novariables $want] " {}"]
        }
    }]
}
case union_long {
    set e [some_entry]
    foreach {v want} [list {-1 -3} {-1 2} {1 -3} {1 2} [list 2 $e] [list 2 [flip_entry $e]] {3 {1 2}} {3 {-3 -2}} {77 else} {77 esle}] {
        expect [call [built] mirror_bylong $v] $want
    }
}
