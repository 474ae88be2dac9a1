package Graphs;

/** A Twig under a name that no ORB finds by itself: who gets one knows a Branch. */
public class GrownTwig extends Twig {
  /** The Twig of Gardener::grow_twig and of the case truncated. */
  public GrownTwig(Leaf bud) {
    number = 9;
    text = "twig";
    kind = 7;
    left = bud;
    weight = 2.5;
    notes = new String[] {"a", "bc"};
    this.bud = bud;
    bark = new byte[1000];
    for (int i = 0; i < bark.length; i++) bark[i] = (byte) i;
  }

  @Override public int length() { return bark.length; }
}
