package dev.errand.dispatcher;

import dev.errand.dispatcher.core.Counters;
import dev.errand.dispatcher.core.Ledger;
import dev.errand.dispatcher.core.TypeView;
import dev.errand.dispatcher.core.WorkerView;
import java.util.List;

/**
 * What a dispatcher knows at one moment.
 *
 * @param ledger tasks by state
 * @param types that were ever seen
 * @param workers that are linked
 * @param clients that are linked or remembered
 * @param counters of frames that did nothing
 */
public record Snapshot(
    Ledger ledger,
    List<TypeView> types,
    List<WorkerView> workers,
    int clients,
    Counters counters) {}
