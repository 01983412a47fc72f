import t from "tap";
import { cpu } from "../../../../../generators/runtime/cgroups/resources/cpu.js";
import { deviceRules } from "../../../../../generators/runtime/cgroups/resources/devices.js";
import { blockIo, hugepageLimits, network, pageBytes } from "../../../../../generators/runtime/cgroups/resources/io.js";
import { memory } from "../../../../../generators/runtime/cgroups/resources/memory.js";
import { resources, unified } from "../../../../../generators/runtime/cgroups/resources/resources.js";
import { fakeHost, fakeRootlessHost, fakeUnifiedHost } from "../../../../runners/runtime/host-fixture.js";
import { assertGenerator, inConfig, sample } from "../../assert-generator.js";

const release = "1.3.0";
const hosts = { v1: fakeHost(), v2: fakeUnifiedHost() };

for (const [name, host] of Object.entries(hosts)) {
  t.test(name, async (t) => {
    assertGenerator(t, resources(host, release), {
      problems: inConfig("linux", "resources"),
      simplest: [
        [({ pids }) => pids !== undefined, { pids: { limit: 64 } }],
        [({ memory }) => memory?.limit !== undefined, { memory: { limit: 128 * 2 ** 20 } }],
      ],
    });
    for (const { limit, swap } of sample(memory(host, release))) {
      if (swap !== undefined && (limit === undefined || (limit === -1 ? swap !== -1 : swap < limit)))
        t.fail("less swap than memory", { limit, swap });
    }
    for (const { quota, burst, idle, shares } of sample(cpu(host, release))) {
      if (burst !== undefined && (quota === undefined || burst > quota)) t.fail("burst above quota", { quota, burst });
      if (idle !== undefined && shares !== undefined) t.fail("an idle group with shares");
    }
    for (const { pageSize, limit } of sample(hugepageLimits(host, release)).flat()) t.equal(limit % pageBytes(pageSize), 0, "whole pages");
    t.ok(
      sample(hugepageLimits(host, release))
        .flat()
        .every(({ pageSize }) => pageSize === "2MB"),
      "sizes that the controller has",
    );
  });
}

t.test("only what the hierarchy has", async (t) => {
  t.ok(sample(memory(hosts.v2, release)).every((drawn) => drawn.swappiness === undefined && drawn.kernelTCP === undefined));
  t.ok(sample(memory(hosts.v1, release)).some((drawn) => drawn.swappiness !== undefined));
  t.ok(sample(memory(hosts.v1, "1.0.0")).every((drawn) => drawn.useHierarchy === undefined && drawn.checkBeforeUpdate === undefined));
  t.ok(sample(unified(hosts.v1, release)).every((drawn) => Object.keys(drawn).length === 0));
  t.ok(sample(unified(hosts.v2, release)).some((drawn) => Object.keys(drawn).length > 0));
  t.ok(sample(unified(hosts.v2, "1.0.2")).every((drawn) => Object.keys(drawn).length === 0));
  t.ok(sample(network(hosts.v2, release)).every((drawn) => Object.keys(drawn).length === 0));
  t.ok(sample(blockIo(fakeHost({ blockDevice: null }), release)).every((drawn) => drawn.throttleReadBpsDevice === undefined));
  t.ok(sample(deviceRules(hosts.v2, release)).some((list) => list.length > 0));
});

t.test("nothing without controllers", async (t) => {
  t.ok(sample(resources(fakeRootlessHost(), release)).every((drawn) => Object.keys(drawn).length === 0));
});
