package Graphs;

public class BranchImpl extends Branch {
  public BranchImpl() { text = ""; }
}
