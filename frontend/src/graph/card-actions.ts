import { createContext } from "react";

/** What a card offers besides being looked at. An empty object: nothing. */
export interface CardActions {
  /** Adds a node after this port. */
  add?: (nodeId: string, port: string) => void;
  /** Adds a node in the middle of this edge. */
  addOnEdge?: (edgeId: string) => void;
  removeEdge?: (edgeId: string) => void;
  /** Approvals can be decided in place. */
  decides?: boolean;
  connectable?: boolean;
}

export const CardActionsContext = createContext<CardActions>({});

/** The canvas is so far away that cards are drawn as plain shapes. */
export const FarContext = createContext(false);
