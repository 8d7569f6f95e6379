// question: What did each ring take?
// param ring_id: text? = null; only this ring
// param limit: integer = 100; rows shown at most
// column ring_id: text; the ring
// column kind: text; what it does
// column exposure: number; money granted to or taken by it, as last judged
// column promo_money: number; promotions that its accounts took
// column chargeback_money: number; payments of its accounts that were disowned
// column incentive_money: number; incentives on kept trips inside it
// column fare_money: number; fares of kept trips inside it
// column trips: integer; kept trips inside it
// order: exposure, most first, then ring_id
// cost: the takings and kept trips of the accounts of every open ring
CALL () {
  MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL AND ($ring_id IS NULL OR r.ring_id = $ring_id)
  MATCH (x:Taking {account_id: a.id})
  RETURN r, x.ts / 86400000 * 86400000 AS day_ms, CASE x.kind WHEN 'promo' THEN x.units ELSE 0 END AS promo,
    CASE x.kind WHEN 'chargeback' THEN x.units ELSE 0 END AS chargeback, 0 AS trips, 0 AS fare, 0 AS incentive
  UNION ALL
  MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL AND ($ring_id IS NULL OR r.ring_id = $ring_id)
  MATCH (a)-[:DROVE]->(t:Trip)<-[:TOOK]-(o:Account)-[n:MEMBER_OF]->(r) WHERE n.to_ms IS NULL
  RETURN r, t.ts / 86400000 * 86400000 AS day_ms, 0 AS promo, 0 AS chargeback, 1 AS trips, t.fare_units AS fare,
    t.incentive_units AS incentive
}
WITH r, sum(promo) / 10000.0 AS promo_money, sum(chargeback) / 10000.0 AS chargeback_money,
  sum(incentive) / 10000.0 AS incentive_money, sum(fare) / 10000.0 AS fare_money, sum(trips) AS trips
RETURN r.ring_id AS ring_id, r.kind AS kind, r.exposure AS exposure, promo_money, chargeback_money, incentive_money,
  fare_money, trips
ORDER BY exposure DESC, ring_id LIMIT $limit
// total
CALL () {
  MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL AND ($ring_id IS NULL OR r.ring_id = $ring_id)
  MATCH (x:Taking {account_id: a.id})
  RETURN r, x.ts / 86400000 * 86400000 AS day_ms, CASE x.kind WHEN 'promo' THEN x.units ELSE 0 END AS promo,
    CASE x.kind WHEN 'chargeback' THEN x.units ELSE 0 END AS chargeback, 0 AS trips, 0 AS fare, 0 AS incentive
  UNION ALL
  MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WHERE m.to_ms IS NULL AND ($ring_id IS NULL OR r.ring_id = $ring_id)
  MATCH (a)-[:DROVE]->(t:Trip)<-[:TOOK]-(o:Account)-[n:MEMBER_OF]->(r) WHERE n.to_ms IS NULL
  RETURN r, t.ts / 86400000 * 86400000 AS day_ms, 0 AS promo, 0 AS chargeback, 1 AS trips, t.fare_units AS fare,
    t.incentive_units AS incentive
}
RETURN count(DISTINCT r)
