package suite;

import static suite.Client.equal;
import static suite.ValueCases.each;

import Interop.*;

/** Cases of constructed types: Built. */
final class BuiltCases {
  private BuiltCases() {}

  static void add(Client c) {
    Sample r = c.rnd;
    c.add("enum", () -> each(c.built::mirror_color, Mirror::color, Color.red, Color.green, Color.blue));
    c.add("struct", () -> each(c.built::mirror_entry, Mirror::entry, r.entry(), r.entry(), r.entry()));
    c.add("structs", () -> each(c.built::mirror_entries, v -> Mirror.each(v, Mirror::entry), r.entries(0), r.entries(r.upTo(200))));
    c.add("longs", () -> each(c.built::mirror_longs, Mirror::longs, r.longs(0), r.longs(r.upTo(2000))));
    c.add("alias", () -> each(c.built::mirror_numbers, Mirror::longs, r.longs(r.upTo(20))));
    c.add("booleans", () -> each(c.built::mirror_booleans, Mirror::booleans, r.booleans(0), r.booleans(r.upTo(100))));
    c.add("doubles", () -> each(c.built::mirror_doubles, Mirror::doubles, r.doubles(0), r.doubles(1 + 2 * r.upTo(500))));
    c.add("strings", () -> each(c.built::mirror_strings, Mirror::strings, r.strings(0, 0), r.strings(r.upTo(50), 80)));
    c.add("tags", () -> each(c.built::mirror_tags, Mirror::strings, r.strings(0, 0), r.strings(4, 8), r.strings(r.upTo(4), 8)));
    c.add("table", () -> each(c.built::mirror_table, Mirror::matrix,
        new int[][] {r.longs(2), r.longs(0), r.longs(r.upTo(30))}, new int[0][]));
    c.add("octets", () -> each(c.built::mirror_octets, Mirror::octets, r.octets(0), r.octets(20000), r.octets(r.upTo(40000))));
    c.add("big_both", () -> each(c.built::mirror_octets, Mirror::octets, r.octets(1 << 20)));
    c.add("array", () -> each(c.built::mirror_matrix, Mirror::matrix, r.matrix()));
    c.add("arrays", () -> each(c.built::mirror_matrices, Mirror::matrices, new int[0][][], new int[][][] {r.matrix(), r.matrix(), r.matrix()}));
    c.add("array_strings", () -> each(c.built::mirror_pair, Mirror::strings, new String[] {"first", "2nd"}, r.strings(2, 300)));
    c.add("array_octets", () -> each(c.built::mirror_key, Mirror::octets, r.octets(5)));
    c.add("seams", () -> {
      for (int before = 8000; before <= 8256; before += 4) {
        for (int n : new int[] {1, 2, 100, 1100, 4000}) each(c.built::mirror_bulk, Mirror::bulk, new Bulk(r.octets(before), r.doubles(n), before));
      }
    });
    c.add("node", () -> each(c.built::mirror_node, Mirror::node, r.node(3), r.node(5)));
    c.add("tree", () -> {
      Tree t = c.built.grow(4);
      equal(weight(t), 4 + 2 * 3 + 4 * 2 + 8);
      each(c.built::mirror_tree, Mirror::tree, t);
    });
    c.add("versioned", () -> each(c.built::mirror_versioned, v -> new Versioned(~v.v), new Versioned(r.number())));
    c.add("renamed", () -> each(c.built::mirror_renamed, v -> new Renamed(Mirror.text(v.v)), new Renamed(r.text(30))));
    c.add("union_enum", () -> each(c.built::mirror_bycolor, Mirror::byColor, r.byColor(Color.red), r.byColor(Color.green), r.byColor(Color.blue)));
    c.add("union_boolean", () -> {
      ByBoolean d = new ByBoolean();
      d.d(r.real());
      ByBoolean why = new ByBoolean();
      why.why(r.text(30));
      each(c.built::mirror_byboolean, Mirror::byBoolean, d, why);
    });
    c.add("union_implicit", () -> {
      Maybe p = new Maybe();
      p.p(r.point());
      each(c.built::mirror_maybe, Mirror::maybe, p);
      equal(c.built.mirror_maybe(Peer.none()).discriminator(), false);
    });
    c.add("union_long", () -> {
      ByLong[] v = {new ByLong(), new ByLong(), new ByLong(), new ByLong(), new ByLong()};
      v[0].unit(-1, (short) r.number());
      v[1].unit(1, (short) r.number());
      v[2].item(r.entry());
      v[3].several(r.longs(r.upTo(5)));
      v[4].other(r.text(20));
      each(c.built::mirror_bylong, Mirror::byLong, v);
    });
    c.add("union_char", () -> {
      ByChar[] v = {new ByChar(), new ByChar(), new ByChar(), new ByChar()};
      v[0].low('a', r.octet());
      v[1].low('b', r.octet());
      v[2].colour(r.color());
      v[3].brief(r.text(8));
      each(c.built::mirror_bychar, Mirror::byChar, v);
    });
    c.add("union_inline", () -> {
      Inline n = new Inline();
      n.n(r.number());
      Inline grid = new Inline();
      grid.grid(r.matrix());
      each(c.built::mirror_inline, Mirror::inline, n, grid);
    });
    c.add("union_recursive", () -> each(c.built::mirror_expr, Mirror::expr, r.expr(4)));
  }

  private static int weight(Tree t) {
    int w = t.weight;
    for (Tree b : t.branches) w += weight(b);
    return w;
  }
}
